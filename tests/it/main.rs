//! Stories from outside: a simulated account, real HTTP, literal exposition text.

mod desk;

mod stories;

mod backlog;

mod faults;

mod program;

mod kills;

mod command_line;

mod spoiled_state;

mod accounts;

mod recorded;

mod lookups;

mod cardinality;

mod prometheus;

mod rules;
