/* `offstage run`: what the parts of the launcher share.
 *
 * main.c     subcommands, help          args.c     options into struct run_args
 * command.c  can the preload act in it? place.c    the library, and the folder of the session page
 * start.c    the command's environment and process
 * preload.c  LD_PRELOAD
 * watch.c    waits for it, with limits  tree.c     its descendants
 * report.c   statistics                 picture.c  the last frame as a file
 * guard.c    `offstage guard`: a learner's game */
#ifndef OFS_LAUNCHER_RUN_H
#define OFS_LAUNCHER_RUN_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "capture/session.h"

#define EXIT_OURS 125        /* a mistake in the options, or a promise that was not kept */
#define EXIT_CANNOT_RUN 126
#define EXIT_NOT_FOUND 127

#define NS_PER_S 1000000000ull

struct run_args {
    const char *size, *gpu, *fps, *log;   /* checked; NULL when not given */
    const char *lockstep, *seed;          /* likewise */
    uint64_t frames;                      /* 0 = no limit */
    double seconds, timeout;              /* 0 = no limit */
    bool shot_numbered, stats;
    char shot[PATH_MAX], stats_file[PATH_MAX], input[PATH_MAX]; /* absolute; "" when not given */
    char **command;                       /* the command and its arguments, NULL at the end */
};

/* Fills args, or says what is wrong and returns the exit status; -1 means go on. */
int run_parse(struct run_args *args, int argc, char **argv);
void run_help(FILE *out);

/* Says why the preload cannot act in the command, or that it does not exist, and returns the exit status; -1: go on. */
int command_check(const char *name);

/* Absolute path of liboffstage.so. False after saying that it is not there. */
bool place_library(char path_out[PATH_MAX]);

struct place {
    char folder[PATH_MAX];                /* only this user can enter it; "" = none */
    char page[PATH_MAX + 8];              /* the session page in it */
    int lock_fd;                          /* held while the folder is in use */
    struct ofs_session *session;
};
/* need_bytes: room that frames may take. False after saying why not. */
bool place_create(struct place *place, uint64_t need_bytes);
void place_remove(struct place *place);
/* Did the library find nothing to draw with, or not what was asked for? (ofs_log_refuse) */
bool place_refused(const struct place *place);

/* Puts liboffstage.so, and with `clock` the library of virtual time that lies beside it, first into LD_PRELOAD of this
 * process's environment. False after saying why not. */
bool preload_set(const char *library, bool clock);
/* In the child of a command in lockstep: its addresses are the same in every run, where the kernel allows to ask for
 * it. */
void preload_steady(void);

/* Starts the command with the preload. Returns its pid, or -1 after saying why not, with the exit status. */
pid_t start_command(const struct run_args *args, const struct place *place, const char *library, int *exit_out);

/* How the run ended. */
enum watch_end { WATCH_ENDED, WATCH_FRAMES, WATCH_SECONDS, WATCH_TIMEOUT };
struct watch_result {
    enum watch_end end;
    int wait_status;                      /* of the command, as waitpid gives it */
    bool interrupted;                     /* a signal was passed on to the command */
    uint64_t frames;                      /* of the process that drew most */
};
/* Block the signals that watch_command waits for; before the command is started. */
void watch_prepare(void);
/* In the child: undo that. */
void watch_undo(void);
void watch_command(const struct run_args *args, struct ofs_session *session, pid_t command, struct watch_result *result);

/* Descendants of this process, except zombies: fills pids (at most `room`), returns how many there are. */
unsigned tree_list(pid_t *pids, unsigned room);
bool tree_has(pid_t pid);
void tree_kill(int signal);

/* Statistics on stderr, or as JSON in args->stats_file. False after saying why not. */
bool report_stats(const struct run_args *args, const struct ofs_session *session, int exit_status);

/* Write the last frame of the largest window. False after saying why not. */
bool picture_write(const struct run_args *args, const struct place *place);

/* `offstage guard`, for learners: runs a command that ends with the process that started it. Returns the exit status. */
int guard_main(int argc, char **argv);

uint64_t clock_ns(void);

#endif
