/**
 * Sekisho in the mail task: three buttons for the quarantine, the reason below
 * each subject, a question before a link of a held mail is followed.
 */
(function (rcmail) {
    'use strict';

    const COMMANDS = ['delete', 'deliver', 'approve'];

    function here() {
        return rcmail.env.mailbox === rcmail.env.sekisho_quarantine;
    }

    function chosen() {
        if (rcmail.env.action === 'show' || rcmail.env.action === 'preview') {
            return [rcmail.env.uid];
        }
        return rcmail.message_list ? rcmail.message_list.get_selection() : [];
    }

    function update() {
        const on = here() && chosen().length > 0;
        document.body.classList.toggle('sekisho-quarantine', here());
        COMMANDS.forEach((name) => rcmail.enable_command('plugin.sekisho.' + name, on));
    }

    function act(name) {
        const uids = chosen();
        if (!uids.length) {
            return;
        }
        const lock = rcmail.set_busy(true, 'loading');
        rcmail.http_post('plugin.sekisho.quarantine', {
            _do: name, _mbox: rcmail.env.mailbox, _uid: uids.join(','), _from: rcmail.env.action
        }, lock);
    }

    /* The list is read again, whatever happened: it shows what is true. */
    function done(well) {
        const list = rcmail.is_framed() ? parent.rcmail : rcmail;
        if (list.env.action === '' || list.env.action === 'list') {
            list.show_contentframe(false);
            list.command('list', list.env.mailbox);
        } else if (well) {
            list.command('list', list.env.mailbox);
        }
    }

    function show_reason(event) {
        const message = rcmail.env.messages[event.uid];
        const reason = message && message.flags && message.flags.sekisho_reason;
        const row = event.row && (event.row.obj || event.row);
        const cell = row && row.querySelector && row.querySelector('td.subject');
        if (reason && cell && here()) {
            const span = document.createElement('span');
            span.className = 'sekisho-reason';
            span.textContent = reason;
            cell.appendChild(span);
        }
    }

    function ask_before_link(event) {
        const link = event.target.closest && event.target.closest('a[href]');
        if (!link || !here() || !link.closest('#messagebody')) {
            return;
        }
        const address = link.getAttribute('href');
        if (address.charAt(0) !== '#' &&
            !window.confirm(rcmail.gettext('linkwarning', 'sekisho') + '\n\n' + address)) {
            event.preventDefault();
            event.stopImmediatePropagation();
        }
    }

    rcmail.addEventListener('init', function () {
        COMMANDS.forEach((name) => rcmail.register_command('plugin.sekisho.' + name, () => act(name), false));
        rcmail.addEventListener('plugin.sekisho.done', done);
        rcmail.addEventListener('insertrow', show_reason);
        ['listupdate', 'selectfolder'].forEach((name) => rcmail.addEventListener(name, update));
        if (rcmail.message_list) {
            rcmail.message_list.addEventListener('select', update);
        }
        document.addEventListener('click', ask_before_link, true);
        update();
    });
}(window.rcmail));
