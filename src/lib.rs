//! Anjie 案结: litigation-related petitions (涉诉信访) of an intermediate court and its courts.

pub mod clock;
pub mod cluster;
pub mod command;
pub mod config;
pub mod demo;
pub mod domain;
pub mod edge;
pub mod jobs;
pub mod keys;
pub mod limits;
pub mod office;
pub mod sbom;
pub mod scanner;
pub mod store;
pub mod web;
