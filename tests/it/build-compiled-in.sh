#!/bin/sh
# build-compiled-in.sh DIR - builds Debian's Exim source with the module
# compiled in, below DIR, and prints the path of the binary (last line).
#
# Needs the network for Debian's packages (source of exim4, and libdb-dev where
# it is not installed) and the development files of pcre2, GnuTLS and LDAP.
# Nothing is installed and apt's own state stays as it is. What DIR already
# holds is used again; only the module itself is always compiled.
#
# Exit status 77: Debian's packages cannot be had.
set -eu

[ $# -eq 1 ] || { echo "usage: $0 directory" >&2; exit 2; }
top=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)
log=$dir/build.log
fail() { echo "$0: $1 (see $log)" >&2; exit "${2:-1}"; }

. /etc/os-release
: "${VERSION_CODENAME:?}"
mirror=${DEBIAN_MIRROR:-http://deb.debian.org}

# Our own apt: sources, lists and cache below DIR.
mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial"
for kind in deb deb-src; do
	echo "$kind $mirror/debian $VERSION_CODENAME main"
	echo "$kind $mirror/debian-security $VERSION_CODENAME-security main"
done >"$dir/apt/sources.list"
apt() {
	apt-get -q -o Dir::Etc::sourcelist="$dir/apt/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null \
		-o Dir::State::lists="$dir/apt/lists" \
		-o Dir::Cache="$dir/apt/cache" \
		-o APT::Sandbox::User= "$@" >>"$log" 2>&1
}

: >"$log"
cd "$dir"
source=$(find . -maxdepth 1 -type d -name 'exim4-*' | head -n 1)
if [ -z "$source" ]; then
	apt update || fail "apt-get update failed" 77
	# Some mirrors lack the sources of the latest security update, and
	# some have Exim's archive only, without Debian's part.
	apt source exim4 || apt source "exim4/$VERSION_CODENAME" ||
		tar -xf exim4_*.orig.tar.xz --one-top-level=exim4-archive \
			--strip-components=1 2>>"$log" ||
		fail "no source of exim4" 77
	source=$(find . -maxdepth 1 -type d -name 'exim4-*' | head -n 1)
fi

# Exim wants a hints database; Berkeley DB's header may not be installed.
db_flags= db_libs=-ldb
if [ ! -e /usr/include/db.h ]; then
	if [ ! -d db ]; then
		[ -s apt/lists/lock ] || apt update ||
			fail "apt-get update failed" 77
		apt download libdb5.3-dev ||
			fail "no libdb5.3-dev" 77
		for deb in libdb5.3*.deb; do dpkg-deb -x "$deb" db; done
	fi
	db_flags=-I$dir/db/usr/include
	db_libs=$(find "$dir/db" -name libdb-5.3.a | head -n 1)
	[ -n "$db_libs" ] || fail "libdb5.3-dev has no libdb-5.3.a"
fi

# Writes a file only when it changes, so that make has little to do.
keep() {
	cat >"$dir/new"
	cmp -s "$dir/new" "$1" || cp "$dir/new" "$1"
}

cd "$source"
mkdir -p "$dir/documented/Local"
cat >"$dir/documented/Local/Makefile" <<EOF
BIN_DIRECTORY=$dir/bin
CONFIGURE_FILE=$dir/exim.conf
SPOOL_DIRECTORY=$dir/spool
EXIM_USER=mail
EXIM_GROUP=mail
TRUSTED_CONFIG_LIST=$dir/trusted-configs
ROUTER_ACCEPT=yes
ROUTER_DNSLOOKUP=yes
ROUTER_MANUALROUTE=yes
ROUTER_REDIRECT=yes
TRANSPORT_APPENDFILE=yes
TRANSPORT_AUTOREPLY=yes
TRANSPORT_LMTP=yes
TRANSPORT_PIPE=yes
TRANSPORT_SMTP=yes
SUPPORT_MAILDIR=yes
LOOKUP_DBM=yes
LOOKUP_LSEARCH=yes
LOOKUP_DNSDB=yes
LOOKUP_LDAP=yes
LDAP_LIB_TYPE=OPENLDAP2
LOOKUP_LIBS=-lldap -llber
AUTH_DOVECOT=yes
AUTH_PLAINTEXT=yes
SUPPORT_PROXY=yes
PCRE2_CONFIG=yes
USE_DB=yes
DBMLIB=$db_libs -lpthread
USE_GNUTLS=yes
USE_GNUTLS_PC=gnutls gnutls-dane
WITH_CONTENT_SCAN=yes
FIXED_NEVER_USERS=root
HEADERS_CHARSET="UTF-8"
SYSLOG_LOG_PID=yes
CFLAGS=-O2 -D_LARGEFILE_SOURCE -D_FILE_OFFSET_BITS=64 $db_flags
EOF
# What sekisho-exim(8), COMPILED IN, adds to it.
(
	cd "$dir/documented"
	PYTHONPATH=$top/tests/it python3 -B -c \
		'import debian; print(debian.display("compiled"))' |
		sed "s,/root/sekisho,$top,g" | sh -e
)
for file in Makefile sekisho.c; do
	keep "Local/$file" <"$dir/documented/Local/$file"
done
rm -f build-*/local_scan.o

make -j"$(nproc)" >>"$log" 2>&1 || fail "Exim does not compile"
binary=$(find "$PWD" -path '*/build-*/exim' -type f | head -n 1)
[ -x "$binary" ] || fail "there is no binary"
"$binary" -bV >>"$log" 2>&1 || true
# Where it looks for itself, $exim_path.
mkdir -p "$dir/bin"
cp "$binary" "$dir/bin/new"
mv "$dir/bin/new" "$dir/bin/exim4"
echo "$dir/bin/exim4"
