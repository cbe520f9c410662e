/*
 * calls-compat.h - system calls by the numbers of another architecture, where
 * the processor has one beside its own.
 */
#ifndef TEST_CALLS_COMPAT_H
#define TEST_CALLS_COMPAT_H

#include <signal.h>

#ifdef __x86_64__
/* getpid() of the 32-bit calls; its number is writev() among ours. */
#define OTHER_GETPID(result) \
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory")
#else
#define OTHER_GETPID(result) raise(SIGSYS)	/* there is none */
#endif

#endif
