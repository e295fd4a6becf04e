"""Put options from the standard input into a configuration file, as DevStack's merge_config_file does (inc/meta-config)."""

import sys
from configparser import RawConfigParser
from pathlib import Path

file = Path(sys.argv[1])
options = RawConfigParser(default_section="", strict=False, delimiters=("=",))
options.optionxform = str
options.read_string(file.read_text() if file.exists() else "")
options.read_file(sys.stdin)
with file.open("w") as text:
    options.write(text)
