"""The web page's files: hashed ones cached for ever, the page itself never, compressed where that was built."""

from __future__ import annotations

import gzip
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from bidwell.model.errors import ConfigError
from bidwell.server.problems import ProblemError

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_COMPRESSED = {".js", ".css", ".html", ".svg", ".json", ".map", ".txt", ".webmanifest"}
_SMALLEST = 1024
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True, slots=True)
class _Asset:
    body: bytes
    zipped: bytes | None
    media_type: str
    hashed: bool


class Assets:
    """Every file under one folder, read once at start; raises ConfigError where the page was not built."""

    def __init__(self, folder: Path) -> None:
        if not (folder / "index.html").is_file():
            msg = f"the web page is missing at {folder}: build it with `./bidwell build` or reinstall"
            raise ConfigError(msg)
        self._files = {
            "/" + file.relative_to(folder).as_posix(): _read(folder, file)
            for file in sorted(folder.rglob("*"))
            if file.is_file()
        }

    async def serve(self, request: Request) -> Response:
        """A file, or the page for a path of its own router; never the page for what looks like a missing file."""
        path = request.url.path
        asset = self._files.get(path)
        if asset is None:
            if path.startswith(("/api/", "/health/")) or "." in path.rsplit("/", 1)[-1]:
                raise ProblemError(404, "path.unknown", f"there is nothing at {path[:200]}")
            asset = self._files["/index.html"]
        headers = {"cache-control": "public, max-age=31536000, immutable" if asset.hashed else "no-cache",
                   "vary": "accept-encoding"}  # fmt: skip
        if asset.media_type == "text/html":
            headers["content-security-policy"] = POLICY
        body = asset.body
        if asset.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            body = asset.zipped
        return Response(body, media_type=asset.media_type, headers=headers)


def _read(folder: Path, file: Path) -> _Asset:
    body = file.read_bytes()
    wanted = file.suffix in _COMPRESSED and len(body) >= _SMALLEST
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    hashed = file.relative_to(folder).parts[0] == "assets"
    return _Asset(body, gzip.compress(body, 9, mtime=0) if wanted else None, media_type, hashed)
