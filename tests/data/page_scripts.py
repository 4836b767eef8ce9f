"""The scripts of a page, run in Node on the data of a network."""

import json
import subprocess

from symconv.page.page import SCRIPTS, template_environment


def run_scripts(names, data, expression):
    """What an expression of JavaScript is over `data`, after the scripts of these names."""
    folder = template_environment("page")
    assert set(names) <= set(SCRIPTS)
    scripts = "\n".join(folder.get_template(f"{name}.js").render() for name in names)
    text = f"{scripts}\nconst data = {json.dumps(data)};\n"
    text += f"console.log(JSON.stringify({expression}));"
    done = subprocess.run(["node", "-"], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
