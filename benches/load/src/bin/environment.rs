//! Prints the variables of a run, `NAME=value` on a line each: those of the fields, and foreign ones spread among them.

#[path = "../../../fields.rs"]
#[allow(dead_code, reason = "the rest is for build scripts")]
mod fields;

/// What stands in the environment of a service in a container beside its own settings.
const FOREIGN: [&str; 25] = [
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOSTNAME=assistant-7d9c6b5f4-x2x9k",
    "HOME=/home/service",
    "LANG=C.UTF-8",
    "TZ=Etc/UTC",
    "PAGER=cat",
    "SHLVL=1",
    "USER=service",
    "LOGNAME=service",
    "SHELL=/bin/sh",
    "TERM=xterm",
    "OLDPWD=/",
    "KUBERNETES_SERVICE_HOST=10.96.0.1",
    "KUBERNETES_SERVICE_PORT=443",
    "KUBERNETES_SERVICE_PORT_HTTPS=443",
    "KUBERNETES_PORT=tcp://10.96.0.1:443",
    "KUBERNETES_PORT_443_TCP=tcp://10.96.0.1:443",
    "KUBERNETES_PORT_443_TCP_ADDR=10.96.0.1",
    "KUBERNETES_PORT_443_TCP_PORT=443",
    "KUBERNETES_PORT_443_TCP_PROTO=tcp",
    "RUST_LOG=info,hyper=warn",
    "RUST_BACKTRACE=0",
    "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
    "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector.monitoring:4317",
    "MALLOC_ARENA_MAX=2",
];

fn main() {
    let mut counts =
        std::env::args().skip(1).map(|count| count.parse().expect("usage: FIELDS FOREIGN"));
    let fields = fields::fields(counts.next().expect("usage: FIELDS FOREIGN"));
    let foreign = &FOREIGN[..counts.next().unwrap_or(0)];
    let mut printed = 0;
    for (i, field) in fields.iter().enumerate() {
        let due = (i + 1) * foreign.len() / fields.len();
        foreign[printed..due].iter().for_each(|variable| println!("{variable}"));
        printed = due;
        println!("{}={}", field.variable(), field.value);
    }
}
