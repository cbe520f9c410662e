/**
 * Sekisho in the mail task: four buttons for the quarantine, boxes to choose
 * with, the reason below each subject, a question before a link is followed.
 */
(function (rcmail) {
    'use strict';

    const COMMANDS = ['delete', 'deliver', 'approve', 'request'];

    function text(name) {
        return rcmail.gettext(name, 'sekisho');
    }

    function here() {
        return rcmail.env.mailbox === rcmail.env.sekisho_quarantine;
    }

    function is_list() {
        return !!rcmail.message_list;
    }

    function chosen() {
        return is_list() ? rcmail.message_list.get_selection() : [rcmail.env.uid].filter(Boolean);
    }

    function update() {
        const on = here() && chosen().length > 0;
        document.body.classList.toggle('sekisho-quarantine', here());
        document.body.classList.toggle('sekisho-all', !!rcmail.env.sekisho_all);
        COMMANDS.forEach((name) => rcmail.enable_command('plugin.sekisho.' + name, on));
        if (is_list()) {
            update_boxes();
        }
    }

    function act(name) {
        const uids = chosen();
        if (uids.length) {
            rcmail.http_post('plugin.sekisho.quarantine', {
                _do: name, _mbox: rcmail.env.mailbox, _uid: uids.join(','), _from: rcmail.env.action
            }, rcmail.set_busy(true, 'loading'));
        }
    }

    /* The list is read again, whatever happened: it shows what is true. A
       message of its own page is gone, so that leads back to the list. */
    function done(well) {
        if (is_list()) {
            rcmail.show_contentframe(false);
            rcmail.command('list', rcmail.env.mailbox);
        } else if (well) {
            rcmail.command('list', rcmail.env.mailbox);
        }
    }

    // -- boxes --------------------------------------------------------------

    /* Elastic hides the boxes of a list until somebody asks for them. */
    function update_boxes() {
        const table = rcmail.message_list.list;
        const all = document.getElementById('sekisho-all');
        const rows = rcmail.message_list.rowcount, selected = rcmail.message_list.get_selection(false).length;
        if (here()) {
            table.classList.add('withselection', 'sekisho-boxes');
        } else if (table.classList.contains('sekisho-boxes')) {
            table.classList.remove('withselection', 'sekisho-boxes');
        }
        all.disabled = rows === 0;
        all.checked = rows > 0 && selected === rows;
        all.indeterminate = selected > 0 && selected < rows;
    }

    /* The box above the list checks what the page shows. */
    function make_box_for_all() {
        const label = document.createElement('label'), box = document.createElement('input');
        box.type = 'checkbox';
        box.id = 'sekisho-all';
        box.addEventListener('change', function () {
            if (box.checked) {
                rcmail.message_list.select_all();
            } else {
                rcmail.message_list.clear_selection();
            }
            update();
        });
        label.id = 'sekisho-all-label';
        label.append(box, ' ' + text('selectpage'));
        document.getElementById('messagelist-content').before(label);
    }

    function complete_row(event) {
        const message = rcmail.env.messages[event.uid];
        const row = event.row && (event.row.obj || event.row);
        const cell = row && row.querySelector && row.querySelector('td.subject');
        const box = row && row.querySelector && row.querySelector('td.selection input');
        if (!cell || !here()) {
            return;
        }
        if (box) {
            box.tabIndex = 0;
            box.setAttribute('aria-label', text('selectmessage') + ' ' + message.subject);
        }
        if (message.flags && message.flags.sekisho_reason) {
            const span = document.createElement('span');
            span.className = 'sekisho-reason';
            span.textContent = message.flags.sekisho_reason;
            cell.appendChild(span);
        }
    }

    // -- links --------------------------------------------------------------

    function ask_before_link(event) {
        const link = event.target.closest && event.target.closest('[data-sekisho-href]');
        if (!link || (event.type === 'keydown' && event.key !== 'Enter')) {
            return;
        }
        event.preventDefault();
        // As the browser understands it: a host that only looks like another shows here.
        const address = new URL(link.dataset.sekishoHref).href;
        if (window.confirm(text('linkwarning') + '\n\n' + address)) {
            window.open(address, '_blank', 'noopener,noreferrer');
        }
    }

    rcmail.addEventListener('init', function () {
        COMMANDS.forEach((name) => rcmail.register_command('plugin.sekisho.' + name, () => act(name), false));
        rcmail.addEventListener('plugin.sekisho.done', done);
        rcmail.addEventListener('insertrow', complete_row);
        ['listupdate', 'selectfolder'].forEach((name) => rcmail.addEventListener(name, update));
        if (is_list()) {
            make_box_for_all();
            rcmail.message_list.addEventListener('select', update);
        }
        ['click', 'auxclick', 'keydown'].forEach((name) => document.addEventListener(name, ask_before_link));
        update();
    });
}(window.rcmail));
