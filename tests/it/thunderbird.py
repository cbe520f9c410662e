"""Mozilla Thunderbird without a screen, told what to do by its Marionette
protocol: [type, number, command, parameters] as JSON behind its length."""
import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

LANGUAGES = {"en": "en-US", "ja": "ja"}
# An account, no guide of the first start, nothing from outside.
PREFERENCES = {
    "mail.accountmanager.accounts": "account1",
    "mail.accountmanager.defaultaccount": "account1",
    "mail.account.account1.identities": "id1",
    "mail.account.account1.server": "server1",
    "mail.server.server1.type": "imap",
    "mail.server.server1.hostname": "127.0.0.1",
    "mail.server.server1.socketType": 0,
    "mail.server.server1.authMethod": 3,
    "mail.server.server1.login_at_startup": False,
    "mail.server.server1.check_new_mail": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mailnews.start_page.enabled": False,
    "mail.rights.version": 1,
    "mail.spotlight.firstRunDone": True,
    "mail.shell.checkDefaultClient": False,
    "mailnews.database.global.indexer.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "app.donation.eoy.version.viewed": 999,
    "extensions.getAddons.cache.enabled": False,
    "mail.inappnotifications.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "mail.pane_config.dynamic": 2,
    "mail.uidensity": 1,
}


class Thunderbird:
    """One that shows the mail of this user, who logs in with password."""

    def __init__(self, language, port, address, password, size=(1280, 720)):
        self.folder = tempfile.mkdtemp(prefix="thunderbird")
        self.alerts = []        # what it told in windows of their own
        self.marionette = free_port()
        user = address.split("@")[0]
        self.root = "imap://%s@127.0.0.1" % user
        self.write_profile({
            **PREFERENCES,
            "intl.locale.requested": LANGUAGES[language],
            "marionette.port": self.marionette,
            "mail.server.server1.port": port,
            "mail.server.server1.name": address,
            "mail.server.server1.userName": user,
            "mail.identity.id1.useremail": address,
            "mail.identity.id1.fullName": user.capitalize()})
        self.process = subprocess.Popen(
            ["thunderbird", "--headless", "--no-remote", "--profile",
             self.folder, "--marionette", "--remote-allow-system-access"],
            env=dict(os.environ, HOME=self.folder,
                     MOZ_HEADLESS_WIDTH=str(size[0]),
                     MOZ_HEADLESS_HEIGHT=str(size[1])),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        try:
            self.log_in(user, password)
        except BaseException:
            self.quit()
            raise

    def log_in(self, user, password):
        self.connection, self.count = self.connect(), 0
        self.read()
        self.command("WebDriver:NewSession", capabilities={})
        self.command("Marionette:SetContext", value="chrome")
        self.run("""await Services.logins.addLoginAsync(Object.assign(
            Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(
            Ci.nsILoginInfo), {origin: "imap://127.0.0.1", formActionOrigin:
            null, httpRealm: "imap://127.0.0.1", username: arguments[0],
            password: arguments[1], usernameField: "", passwordField: ""}))""",
                 user, password)

    def write_profile(self, preferences):
        with open(self.folder + "/user.js", "w", encoding="utf-8") as file:
            for name, value in preferences.items():
                file.write("user_pref(%s, %s);\n" % (
                    json.dumps(name), json.dumps(value)))

    def connect(self):
        end = time.monotonic() + 60
        while True:
            try:
                return socket.create_connection(("127.0.0.1",
                                                 self.marionette), 60)
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def read(self):
        length = b""
        while not length.endswith(b":"):
            length += self.connection.recv(1)
        data, size = b"", int(length[:-1])
        while len(data) < size:
            data += self.connection.recv(size - len(data))
        return json.loads(data)

    def command(self, name, **parameters):
        self.count += 1
        data = json.dumps([0, self.count, name, parameters]).encode()
        self.connection.sendall(b"%d:%s" % (len(data), data))
        _, _, error, result = self.read()
        if error and error["error"] == "unexpected alert open":
            self.alerts.append(error["data"]["text"])
            return self.command(name, **parameters)
        assert error is None, error
        return result

    def run(self, script, *arguments):
        """Of an async function of the window; what it returns."""
        done, value = self.command(
            "WebDriver:ExecuteAsyncScript", args=list(arguments),
            script="const given = [...arguments], end = given.pop();"
            "(async function() {%s}).apply(null, given).then((value) =>"
            "end([true, value]), (e) => end([false, String(e)]));" % script
            )["value"]
        assert done, value
        return value

    # -- what a user does --------------------------------------------------

    def open(self, folder):
        self.run("document.getElementById('tabmail').currentAbout3Pane"
                 ".displayFolder(arguments[0])", self.root + "/" + folder)

    def folders(self):
        uris = self.run("return MailServices.accounts.allServers.flatMap("
                        "(s) => s.rootFolder.descendants).map((f) => f.URI)")
        return [uri.removeprefix(self.root + "/") for uri in uris]

    def rows(self):
        """How many messages the list shows."""
        return self.run("return document.getElementById('tabmail')"
                        ".currentAbout3Pane.gDBView?.rowCount")

    def select(self, row):
        self.run("document.getElementById('tabmail').currentAbout3Pane"
                 ".threadTree.selectedIndex = arguments[0]", row)

    def is_showing(self, text):
        """Is this in the message?"""
        return self.run("""return (document.getElementById('tabmail')
            .currentAboutMessage.getMessagePaneBrowser().contentDocument?.body
            ?.textContent ?? '').includes(arguments[0])""", text)

    def move(self, folder, message_id, target):
        self.run("""const [from, id, to] = arguments;
            const folder = MailServices.folderLookup.getFolderForURL(from);
            const header = folder.msgDatabase.getMsgHdrForMessageID(id);
            MailServices.copy.copyMessages(folder, [header],
                MailServices.folderLookup.getFolderForURL(to), true, null,
                msgWindow, true)""", self.root + "/" + folder, message_id,
                 self.root + "/" + target)

    def delete(self, folder, message_id):
        self.run("""const folder =
                MailServices.folderLookup.getFolderForURL(arguments[0]);
            folder.deleteMessages([folder.msgDatabase.getMsgHdrForMessageID(
                arguments[1])], msgWindow, false, false, null, true)""",
                 self.root + "/" + folder, message_id)

    def picture(self, path):
        image = self.command("WebDriver:TakeScreenshot", full=False)["value"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(image))

    def quit(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
