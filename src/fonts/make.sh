#!/bin/sh
# Cuts the two fonts that every page loads out of the full ones: the letters of western Europe, the figures and signs
# we write, and the weights we use. Needs pyftsubset and fonttools (Debian: fonttools, python3-brotli).
set -eu
cd "$(dirname "$0")"
full=../../node_modules/@fontsource-variable/inter/files
letters="U+0020-007E,U+00A0-00FF,U+0131,U+0152-0153,U+2009,U+2011,U+2013-2014,U+2018-201E,U+2022,U+2026,U+202F,U+2032-2033,U+20AC,U+2190-2193,U+2212"
features="kern,tnum,ccmp,locl,mark,mkmk,cv05,cv11,ss03"
cut() { # NAME FILE AXES...
  name=$1 file=$2
  shift 2
  fonttools varLib.instancer "$full/$file" "$@" -o "$name.ttf"
  pyftsubset "$name.ttf" --unicodes="$letters" --layout-features="$features" --flavor=woff2 --output-file="$name.woff2"
  rm "$name.ttf"
}
cut inter inter-latin-wght-normal.woff2 wght=400:700
cut inter-display inter-latin-opsz-normal.woff2 opsz=32 wght=400:900
