"""This machine is reached without a proxy, whatever proxies the environment names."""

import http.client
import os
import ssl
import urllib.request
from urllib.parse import urlsplit

HOSTS = ("localhost", "127.0.0.1", "::1")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "grpc_proxy")
EXCEPTIONS = ("no_proxy", "NO_PROXY")
GRPC_EXCEPTIONS = "no_grpc_proxy"  # if set, gRPC ignores no_proxy


def bypass_proxies() -> None:
    """Except this machine from the proxies of the environment, for this process and those it
    starts.

    Without a proxy in the environment nothing changes: a lone `no_proxy` would switch off the proxy
    of Windows or macOS.
    """
    if not any(os.environ.get(name) or os.environ.get(name.upper()) for name in PROXIES):
        return
    names = [*EXCEPTIONS, *([GRPC_EXCEPTIONS] if os.environ.get(GRPC_EXCEPTIONS) else [])]
    words = (word.strip() for name in names for word in os.environ.get(name, "").split(","))
    exceptions = list(filter(None, words))  # each of the names gets all of them
    for name in names:
        os.environ[name] = ",".join(dict.fromkeys([*exceptions, *HOSTS]))


def opened(
    request: urllib.request.Request, seconds: float, tls: ssl.SSLContext | None = None
) -> http.client.HTTPResponse:
    """The answer to `request`, asked without a proxy if it goes to this machine. `tls` says which
    certificates are trusted.
    """
    here = urlsplit(request.full_url).hostname in HOSTS
    handlers: list[urllib.request.BaseHandler] = []
    if here:
        handlers.append(urllib.request.ProxyHandler({}))
    if tls:
        handlers.append(urllib.request.HTTPSHandler(context=tls))
    opener = urllib.request.build_opener(*handlers)
    reply: http.client.HTTPResponse = opener.open(request, timeout=seconds)
    return reply
