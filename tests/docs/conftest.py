"""The site as it is built, and its address, for the tests that open it.

The site is that in the folder SITE, else it is built, which takes minutes.
"""

import os
from pathlib import Path

import pytest
from live_visits import skip_unless_fetched, start_server
from paths import ROOT

from symconv.core.errors import SymconvError
from symconv.docs.site.build import build_site
from symconv.docs.site.pinned import find_missing_tools
from symconv.docs.site.sources import SiteSources


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    if "SITE" in os.environ:
        return Path(os.environ["SITE"])
    if missing := find_missing_tools():
        pytest.skip(f"the site is not built without {missing}")
    folder = tmp_path_factory.mktemp("site")
    try:
        build_site(SiteSources(ROOT, tmp_path_factory.mktemp("tools")), folder)
    except SymconvError as error:
        skip_unless_fetched(error)
    return folder


@pytest.fixture(scope="module")
def address(site):
    server = start_server(site)
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
