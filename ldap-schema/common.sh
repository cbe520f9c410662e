# common.sh - what install and uninstall share. Read with ".", not run.
#
# slapd is reached over its local socket as root (SASL EXTERNAL), which may
# change cn=config in Debian's default layout.

program=${0##*/}
uri=ldapi:///
base=
services=
LC_ALL=C
export LC_ALL

say() {
	printf '  %-11s %s\n' "$1" "$2"
}

die() {
	printf '%s: %s\n' "$program" "$*" >&2
	exit 1
}

ask() {
	ldapsearch -Q -LLL -o ldif-wrap=no -Y EXTERNAL -H "$uri" "$@"
}

# Applies the LDIF of standard input; $1 says what it was for.
change() {
	ldapmodify -a -Q -Y EXTERNAL -H "$uri" >/dev/null ||
		die "$1: slapd refused it, see above; this step changed nothing"
}

# The values of attribute $2 of entry $1, one a line.
values() {
	ask -s base -b "$1" '(objectClass=*)' "$2" 2>/dev/null |
		while IFS= read -r line; do
			case $line in
			"$2:: "*)
				printf '%s' "${line#"$2:: "}" | base64 -d
				echo
				;;
			"$2: "*) printf '%s\n' "${line#"$2: "}" ;;
			esac
		done
}

exists() {
	ask -s base -b "$1" '(objectClass=*)' dn >/dev/null 2>&1
}

# Sets $database (its entry in cn=config) and $suffix: the one that $base is
# in, or the first.
find_database() {
	ask -s base -b cn=config '(objectClass=*)' dn >/dev/null ||
		die "cannot ask slapd at $uri as root; does it listen there?"
	database=
	ask -b cn=config '(olcSuffix=*)' olcSuffix |
		sed -n 's/^dn: //p; s/^olcSuffix: /=/p' >"$work/databases"
	while IFS= read -r line; do
		case $line in
		=*) case $base in
			'' | "${line#=}" | *,"${line#=}")
				suffix=${line#=}
				database=$entry
				break
				;;
			esac ;;
		*) entry=$line ;;
		esac
	done <"$work/databases"
	[ -n "$database" ] ||
		die "no database of this slapd has ${base:-a suffix}"
	: "${base:=$suffix}" "${services:=ou=services,$suffix}"
}

# The entry of the database's overlay of class $1, or nothing.
overlay() {
	ask -s one -b "$database" "(objectClass=$1)" dn | sed -n 's/^dn: //p'
}

# Standard input without its {n}.
unnumbered() {
	sed 's/^{[0-9]*}//'
}

numbered() {
	awk '{ printf "{%d}%s\n", NR - 1, $0 }'
}

# Rules and mappings of the site: ours name one of the services.
not_ours() {
	grep -Fv -e 'cn=sekishod,' -e "cn=replicator,$services" || :
}

# Values of overlays that are not ours.
not_our_limits() {
	grep -Ev '^sekisho|[(]objectClass=sekishoAccount[)]' || :
}

# Replaces attribute $2 of entry $1 by the lines of standard input.
replace() {
	{
		printf 'dn: %s\nchangetype: modify\nreplace: %s\n' "$1" "$2"
		sed "s/^/$2: /"
	} | change "$2"
}

umask 077
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
