//! Does not compile.

fn main() {
    mixed::no_such_function();
}
