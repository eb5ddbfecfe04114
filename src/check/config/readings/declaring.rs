//! What declares a variable that is read.

/// The lines that declare a name, with what the name itself says of its type.
pub(super) fn lines(name: &str) -> String {
    if name.starts_with("RUST_") || name.starts_with("OTEL_") {
        return format!("[config]\npassthrough = [\"{name}\"]\n");
    }
    let has = |word: &str| name.split('_').any(|part| part == word);
    let service = ["DATABASE", "DB", "REDIS", "POSTGRES", "PG", "MYSQL", "AMQP", "RABBITMQ", "NATS", "SMTP", "MONGO"];
    let kind = match () {
        () if has("PORT") => "port",
        () if (has("URL") || has("URI")) && service.iter().any(|word| has(word)) => "service-url",
        () if has("URL") || has("URI") => "url",
        () if has("DIR") || has("PATH") => "path",
        () => "string",
    };
    let hidden = ["SECRET", "KEY", "TOKEN", "PASSWORD", "PASS", "CREDENTIALS", "DSN"].iter().any(|word| has(word));
    let secret = if hidden || kind == "service-url" { "secret = true\n" } else { "" };
    format!("[config.vars.{name}]\ntype = \"{kind}\"\n{secret}")
}
