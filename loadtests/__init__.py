"""Load scenarios and benchmarks: from outside, over HTTP, WebSocket and plain SQL, importing nothing of the product."""
