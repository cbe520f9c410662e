"""A setting for one program or one configuration, as this Dovecot has them: 2.3
has those of plug-ins in plugin {}."""
from running import GENERATION

OLD = GENERATION == "2.3"
# A quota of one byte, of which the quarantine is no part.
SMALL_INBOX = (
    "mail_plugins=sekisho quota", "plugin/quota=count:User",
    "plugin/quota_vsizes=yes", "plugin/quota_rule=*:storage=1B",
    "plugin/quota_rule2=Quarantine:ignore") if OLD else (
    "mail_plugins=sekisho quota", "quota=User", "quota/User/driver=count",
    "quota/User/storage_size=1B", "namespace/quarantine/quota_ignore=yes")


def options(settings):
    """"-o" and each of them."""
    return [word for setting in settings for word in ("-o", (
        "plugin/" if OLD and setting.startswith("sekisho_") else "") +
        setting)]


def plugin_block(lines):
    """Lines "sekisho_NAME = VALUE" for a file."""
    text = "".join("  %s\n" % line for line in lines)
    return "plugin {\n%s}\n" % text if OLD else text
