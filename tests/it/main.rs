//! Stories from outside: a simulated account, real HTTP, literal exposition text.

mod desk;

mod stories;

mod backlog;
mod resync;

mod rows;

mod faults;

mod refusals;

mod program;

mod clocks;

mod logs;

mod kills;

mod check_sources;
mod command_line;
mod cut;
mod demo;
mod directions;
mod documents;

mod spoiled_state;

mod backup;

mod settings;

mod accounts;

mod recorded;

mod lookups;

mod labels;

mod reload;

mod resets;

mod cardinality;

mod prometheus;
mod recipes;

mod increase;

mod series;

mod series_budget;

mod packaging;

mod compose;

mod once;

mod chart;

mod releases;

mod list_source;

mod lives;

mod golden;

mod dashboards;

mod alertmanager;

mod rules;

mod chain;

mod open_files;

mod web;

mod crowd;

mod systemd;

mod page;

mod peer;

mod bodies;
mod connections;
mod lists;
mod proxies;
mod tokens;
mod unreachable;
