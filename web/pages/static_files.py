"""Static files: every file below web/static, under one content hash so that browsers may cache them for a year.

The hash is a folder of the URL (``/static/3f9a.../js/app/scan.js``) and not a query. ES modules import each other by relative
path, and such an import keeps the folder but not the query.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

STATIC_ROOT = Path(__file__).resolve().parent.parent / "static"
JOINED = "joined/"
MOST_JOINED = 40
"""Style sheets of one page, and pages whose joined sheets are kept."""
FOREVER = "public, max-age=31536000, immutable"
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}


class StaticFiles:
    """The files that exist at start-up. Any other path gets 404, so no request can leave the folder."""

    def __init__(self, root: Path = STATIC_ROOT) -> None:
        # Type declarations are for `make check` and not for browsers.
        files = (p for p in sorted(root.rglob("*")) if p.is_file() and p.suffix != ".ts")
        self._files = {str(p.relative_to(root).as_posix()): p for p in files}
        digest = hashlib.sha256()
        for name, path in self._files.items():
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
        self.version = digest.hexdigest()[:12]
        self._packed: dict[Path, tuple[int, bytes]] = {}
        self._joined: OrderedDict[str, tuple[int, bytes, bytes]] = OrderedDict()

    def url(self, name: str) -> str:
        """Return the versioned URL of a file. A wrong name raises when the page is rendered, not in the browser."""
        if name not in self._files:
            raise KeyError(f"no static file {name}")
        return f"/static/{self.version}/{name}"

    def joined_url(self, names: Sequence[str]) -> str:
        """Return the versioned URL of several style sheets as one. The URL names them, so that every process can serve it."""
        assert all(name in self._files for name in names)
        return f"/static/{self.version}/{JOINED}{','.join(names)}"

    def has(self, name: str) -> bool:
        return name in self._files

    async def serve_file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        version, _, rest = name.partition("/")
        current = version == self.version
        if rest.startswith(JOINED):
            return self._serve_joined(request, rest.removeprefix(JOINED), current=current)
        path = self._files.get(rest) or self._files.get(name)
        if path is None:
            raise web.HTTPNotFound(text="No such file.")
        kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        headers = {
            # A page from before a restart may use the old hash. It gets the current file, but must not cache it.
            "Cache-Control": FOREVER if current else "no-cache",
            "X-Content-Type-Options": "nosniff",
            "Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        }
        if path.suffix not in TYPES:
            return web.FileResponse(path, headers=headers)
        # Compression saves two thirds of the bytes. These files hold no secret that the compressed size could reveal.
        headers["Vary"] = "Accept-Encoding"
        if "gzip" not in request.headers.get("Accept-Encoding", "").lower():
            return web.FileResponse(path, headers=headers)
        return web.Response(body=self._pack(path), headers={**headers, "Content-Encoding": "gzip"})

    def _serve_joined(self, request: web.Request, names: str, *, current: bool) -> web.Response:
        sheets = list(dict.fromkeys(names.split(",")))
        paths = [path for name in sheets if name.endswith(".css") and (path := self._files.get(name))]
        if len(paths) != len(sheets) or len(paths) > MOST_JOINED:
            raise web.HTTPNotFound(text="No such file.")
        edited = max(path.stat().st_mtime_ns for path in paths)
        key = ",".join(sheets)
        known = self._joined.pop(key, None)
        if known is None or known[0] != edited:
            whole = b"\n".join(path.read_bytes() for path in paths)
            known = (edited, whole, gzip.compress(whole, mtime=0))
        self._joined[key] = known
        if len(self._joined) > MOST_JOINED:
            self._joined.popitem(last=False)
        headers = {
            "Cache-Control": FOREVER if current else "no-cache",
            "X-Content-Type-Options": "nosniff",
            "Content-Type": "text/css; charset=utf-8",
            "Vary": "Accept-Encoding",
        }
        if "gzip" not in request.headers.get("Accept-Encoding", "").lower():
            return web.Response(body=known[1], headers=headers)
        return web.Response(body=known[2], headers={**headers, "Content-Encoding": "gzip"})

    def _pack(self, path: Path) -> bytes:
        """Return the compressed file. It is cached until the file is edited while the hub runs."""
        edited = path.stat().st_mtime_ns
        known = self._packed.get(path)
        if known is None or known[0] != edited:
            known = self._packed[path] = (edited, gzip.compress(path.read_bytes(), mtime=0))
        return known[1]

    async def serve_icon(self, _request: web.Request) -> web.StreamResponse:
        """Serve /favicon.ico, which browsers request without a link."""
        return web.FileResponse(
            self._files["icon.svg"], headers={"Content-Type": "image/svg+xml", "Cache-Control": "public, max-age=86400"}
        )


STATIC = StaticFiles()
