//! Stories from outside: a simulated account, real HTTP, literal exposition text.

mod desk;

mod stories;

mod backlog;
mod resync;

mod faults;

mod program;

mod clocks;

mod kills;

mod command_line;

mod spoiled_state;

mod accounts;

mod recorded;

mod lookups;

mod labels;

mod reload;

mod cardinality;

mod prometheus;

mod packaging;

mod lives;

mod dashboards;

mod alertmanager;

mod rules;

mod chain;

mod web;

mod systemd;

mod browser;

mod page;
