//! The commands of the program, beside serving.

pub mod cli;

pub mod check;

pub mod demo;

pub mod healthcheck;

pub mod manual;

pub mod state;
