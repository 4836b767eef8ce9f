"""`python -m symconv` is the command `symconv`.

Where the folder of scripts is not on the PATH, as on many Windows machines and in a fresh virtual
environment, this is the way to call it:

    python -m symconv check two-convs "dC/dw_1^2 = 2 o_1^1 (o_1^2 - y_1)"
"""

from __future__ import annotations

from symconv.cli import main

if __name__ == "__main__":
    main()
