//! Tells cargo that migrations and templates are inputs of the build.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
