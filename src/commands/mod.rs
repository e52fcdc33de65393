//! The command line, and every command of the program except `serve`.

pub mod cli;

pub mod check;

pub mod demo;

pub mod healthcheck;

pub mod manual;

pub mod state;
