fn main() {
    println!("{}", mixed::mix(10));
}
