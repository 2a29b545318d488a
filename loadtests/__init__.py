"""Load scenarios and benchmarks. They use HTTP, WebSocket and SQL, and import nothing of the product."""
