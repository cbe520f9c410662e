/*
 * master.h - the process that starts all others and reads no mail.
 */
#ifndef SEKISHO_MASTER_H
#define SEKISHO_MASTER_H

/*
 * Runs sekishod with the settings of config_file until SIGTERM. Returns the
 * process' exit status (sysexits.h).
 */
int master_run(const char *config_file);

#endif
