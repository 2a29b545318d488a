"""The static files: every file below web/static, named by one hash so that browsers may keep them for a year.

The hash is a folder in the address (``/static/3f9a.../js/app/scan.js``), not a query: ES modules import each other by
relative path, and only a folder travels along with such an import.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from pathlib import Path

from aiohttp import web

STATIC_ROOT = Path(__file__).resolve().parent.parent / "static"
FOREVER = "public, max-age=31536000, immutable"
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}


class StaticFiles:
    """The files present at start. A request names one of them or gets 404, so no path can leave the folder."""

    def __init__(self, root: Path = STATIC_ROOT) -> None:
        # Type declarations are for the checker of `make check`, not for browsers.
        files = (p for p in sorted(root.rglob("*")) if p.is_file() and p.suffix != ".ts")
        self._files = {str(p.relative_to(root).as_posix()): p for p in files}
        digest = hashlib.sha256()
        for name, path in self._files.items():
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
        self.version = digest.hexdigest()[:12]
        self._packed: dict[Path, tuple[int, bytes]] = {}

    def url(self, name: str) -> str:
        """The versioned address of a file; a wrong name fails when the page is rendered, not in the browser."""
        if name not in self._files:
            raise KeyError(f"no static file {name}")
        return f"/static/{self.version}/{name}"

    def has(self, name: str) -> bool:
        return name in self._files

    async def serve_file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        version, _, rest = name.partition("/")
        current = version == self.version
        path = self._files.get(rest) or self._files.get(name)
        if path is None:
            raise web.HTTPNotFound(text="No such file.")
        kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        headers = {
            # A page from before a restart may still use the old hash: it gets the current file, but may not keep it.
            "Cache-Control": FOREVER if current else "no-cache",
            "X-Content-Type-Options": "nosniff",
            "Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        }
        if path.suffix not in TYPES:
            return web.FileResponse(path, headers=headers)
        # A phone on a slow network gets a third of the bytes. These files hold no secret that compression could give away.
        headers["Vary"] = "Accept-Encoding"
        if "gzip" not in request.headers.get("Accept-Encoding", "").lower():
            return web.FileResponse(path, headers=headers)
        return web.Response(body=self._pack(path), headers={**headers, "Content-Encoding": "gzip"})

    def _pack(self, path: Path) -> bytes:
        """The file, packed once; again only when it has been edited under a running hub."""
        edited = path.stat().st_mtime_ns
        known = self._packed.get(path)
        if known is None or known[0] != edited:
            known = self._packed[path] = (edited, gzip.compress(path.read_bytes(), mtime=0))
        return known[1]

    async def serve_icon(self, _request: web.Request) -> web.StreamResponse:
        """Browsers ask for /favicon.ico by themselves."""
        return web.FileResponse(
            self._files["icon.svg"], headers={"Content-Type": "image/svg+xml", "Cache-Control": "public, max-age=86400"}
        )


STATIC = StaticFiles()
