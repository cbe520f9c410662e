/** The box in the header of a list of senders checks them all. */
(function (rcmail) {
    'use strict';

    rcmail.addEventListener('init', function () {
        const all = document.getElementById('sekisho-all');
        const boxes = () => document.querySelectorAll('.sekisho-entries td input[type=checkbox]');

        if (all) {
            all.addEventListener('change', () => boxes().forEach((box) => { box.checked = all.checked; }));
        }
    });
}(window.rcmail));
