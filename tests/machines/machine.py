"""The settings of one machine: those of a stack, with addresses for 127.0.0.1
and the usual ports."""
import os
import shutil

import page
from layout import ADDRESSES, ASKS, DIRECTORIES, PORTS, STORES, list_of
from settings import Settings, switch


class Machine(Settings):
    def __init__(self, name, network):
        super().__init__()
        self.name, self.network = name, network
        self.address = ADDRESSES[name]
        self.site = self.dir            # all machines are below it
        self.dir = self.path(name)
        # Nobody asks DNS.
        self.reputation = False
        self.values = self._values(os.path.dirname(self.built_module))
        self.values.update({key: str(port) for key, port in PORTS.items()})
        self.values.update({
            "LISTEN": "0.0.0.0",
            "HOSTNAME": "%s.example.test" % name,
            "SINK_HOST": ADDRESSES["outside"],
            "LDAP_URI": list_of(ASKS.get(name, DIRECTORIES), "ldap://%s:389",
                                " "),
            "REPUTATION": "0",
            "RSPAMD_DB": os.path.join(os.path.dirname(self.site),
                                      "rspamd-db-%d-%s" % (self.base, name)),
            "MAIL": os.path.join(self.site, "mail"),
            "SETTINGS": self.sekishod(),
            "DOVECOT_SETTINGS": self.dovecot(),
        })

    def sekishod(self):
        own = page.sekishod() if self.name in STORES else "inspectors = 1\n"
        return own + "ldap-timeout = 5\nnotices-per-hour = 0\n" + \
            switch("STACK_SETTINGS", "")

    @staticmethod
    def dovecot():
        """Mailboxes that two hosts share; no scanner to ask."""
        return page.dovecot() + switch("STACK_DOVECOT", "")

    def macros(self):
        """What is different in a gateway's Exim."""
        return [
            *page.exim(self.name).splitlines(),
            "STACK_STORES = " + list_of(STORES),
            "STACK_BEHIND = " + ADDRESSES["behind"],
        ]

    def command(self, command):
        return self.network.command(self.name, command)

    def hand_out(self, name, user, group, mode):
        """A file that is the same on several machines, such as a key: from
        the folder of the site, as an administrator copies it."""
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copyfile(os.path.join(self.site, os.path.basename(name)), path)
        os.chmod(path, mode)
        shutil.chown(path, user, group)
        return path
