/* poll, select, epoll and timers that are descriptors. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>

#include "case.h"

static int pipe_in, pipe_out;

static void make_pipe(void)
{
    int fds[2];
    CHECK(pipe(fds) == 0);
    pipe_out = fds[0];
    pipe_in = fds[1];
}

static void polls(void)
{
    struct pollfd list = { .events = POLLIN };
    struct timespec time = span(40 * MS);
    make_pipe();
    go_live();
    list.fd = pipe_out;
    uint64_t begin = now();
    EQUAL(poll(&list, 1, 25), 0);
    EQUAL(now() - begin, 25 * MS);
    EQUAL(ppoll(&list, 1, &time, NULL), 0);
    EQUAL(now() - begin, 65 * MS);
    EQUAL(poll(&list, 1, 0), 0);
    EQUAL(poll(NULL, 0, 10), 0);
    EQUAL(now() - begin, 75 * MS);
    CHECK(write(pipe_in, "x", 1) == 1);
    EQUAL(poll(&list, 1, 1000), 1);
    EQUAL(poll(&list, 1, -1), 1);
    EQUAL(list.revents, POLLIN);
    EQUAL(now() - begin, 75 * MS);
    time.tv_nsec = -3;
    CHECK(ppoll(&list, 1, &time, NULL) == -1 && errno == EINVAL);
    list.fd = 999;
    EQUAL(poll(&list, 1, 1000), 1);
    EQUAL(list.revents, POLLNVAL);
}

static void selects(void)
{
    fd_set set;
    struct timeval time = { 0, 30000 };
    struct timespec exact = span(7 * MS);
    make_pipe();
    go_live();
    uint64_t begin = now();
    FD_ZERO(&set);
    FD_SET(pipe_out, &set);
    EQUAL(select(pipe_out + 1, &set, NULL, NULL, &time), 0);
    EQUAL(now() - begin, 30 * MS);
    CHECK(!FD_ISSET(pipe_out, &set) && time.tv_sec == 0 && time.tv_usec == 0);
    EQUAL(select(0, NULL, NULL, NULL, (time.tv_usec = 5000, &time)), 0);
    EQUAL(pselect(0, NULL, NULL, NULL, &exact, NULL), 0);
    EQUAL(now() - begin, 42 * MS);
    CHECK(write(pipe_in, "x", 1) == 1);
    FD_SET(pipe_out, &set);
    time.tv_sec = 9;
    EQUAL(select(pipe_out + 1, &set, NULL, NULL, &time), 1);
    CHECK(FD_ISSET(pipe_out, &set) && time.tv_sec == 9);
    EQUAL(select(pipe_out + 1, &set, NULL, NULL, NULL), 1);
    time.tv_sec = -1;
    CHECK(select(0, NULL, NULL, NULL, &time) == -1 && errno == EINVAL);
    EQUAL(now() - begin, 42 * MS);
}

static void epolls(void)
{
    struct epoll_event event = { .events = EPOLLIN }, got[4];
    struct timespec time = span(1 * MS);
    int set = epoll_create1(EPOLL_CLOEXEC);
    make_pipe();
    CHECK(set >= 0 && epoll_ctl(set, EPOLL_CTL_ADD, pipe_out, &event) == 0);
    go_live();
    uint64_t begin = now();
    EQUAL(epoll_wait(set, got, 4, 15), 0);
    EQUAL(epoll_pwait(set, got, 4, 15, NULL), 0);
    EQUAL(epoll_pwait2(set, got, 4, &time, NULL), 0);
    EQUAL(epoll_wait(set, got, 4, 0), 0);
    EQUAL(now() - begin, 31 * MS);
    CHECK(write(pipe_in, "x", 1) == 1);
    EQUAL(epoll_wait(set, got, 4, 1000), 1);
    EQUAL(epoll_wait(set, got, 4, -1), 1);
    EQUAL(now() - begin, 31 * MS);
    CHECK(epoll_wait(set, got, 0, 5) == -1 && errno == EINVAL);
}

static uint64_t expirations(int timer)
{
    uint64_t count = 0;
    CHECK(read(timer, &count, sizeof count) == sizeof count);
    return count;
}

static void timers(void)
{
    struct itimerspec spec = { .it_value = { 0, 20000000 } }, old;
    struct epoll_event event = { .events = EPOLLIN }, got[4];
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), set = epoll_create1(0);
    struct pollfd list = { .fd = timer, .events = POLLIN };
    make_pipe();
    CHECK(timer > 0 && epoll_ctl(set, EPOLL_CTL_ADD, timer, &event) == 0);
    CHECK(epoll_ctl(set, EPOLL_CTL_ADD, pipe_out, &event) == 0);
    go_live();
    uint64_t begin = now();
    /* Once. */
    CHECK(timerfd_settime(timer, 0, &spec, NULL) == 0);
    EQUAL(poll(&list, 1, 5), 0);
    CHECK(timerfd_gettime(timer, &old) == 0);
    EQUAL(old.it_value.tv_nsec, 15000000);
    EQUAL(poll(&list, 1, -1), 1);
    EQUAL(now() - begin, 20 * MS);
    EQUAL(expirations(timer), 1);
    EQUAL(poll(&list, 1, 50), 0);
    EQUAL(now() - begin, 70 * MS);
    /* Again and again; unread ones add up. */
    spec.it_interval.tv_nsec = 10000000;
    CHECK(timerfd_settime(timer, 0, &spec, NULL) == 0);
    EQUAL(epoll_wait(set, got, 4, -1), 1);
    EQUAL(now() - begin, 90 * MS);
    EQUAL(expirations(timer), 1);
    EQUAL(expirations(timer), 1); /* a read that waits */
    EQUAL(now() - begin, 100 * MS);
    usleep(35000);
    EQUAL(expirations(timer), 3);
    EQUAL(now() - begin, 135 * MS);
    EQUAL(epoll_wait(set, got, 4, 1000), 1);
    EQUAL(now() - begin, 140 * MS);
    for (int i = 0; i < 100; i++) /* ticks, too */
        table->tick();
    EQUAL(expirations(timer), 1 + (now() - begin - 140 * MS) / (10 * MS));
    /* Absolute, off, and in the past. */
    spec = (struct itimerspec){ .it_value = { OFS_CLOCK_EPOCH_S, 0 } };
    int second = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    CHECK(timerfd_settime(second, TFD_TIMER_ABSTIME, &spec, NULL) == 0);
    EQUAL(expirations(second), 1);
    CHECK(read(second, &spec, 8) == -1 && errno == EAGAIN);
    spec = (struct itimerspec){ 0 };
    CHECK(timerfd_settime(timer, 0, &spec, &old) == 0);
    EQUAL(old.it_interval.tv_nsec, 10000000);
    EQUAL(poll(&list, 1, 500), 0);
    spec.it_value.tv_nsec = 1000000000;
    CHECK(timerfd_settime(timer, 0, &spec, NULL) == -1 && errno == EINVAL);
    close(timer);
    close(second);
    usleep(1000000);
}

static void timer_before_x(void)
{
    struct itimerspec spec = { .it_value = { 0, 20000000 }, .it_interval = { 0, 20000000 } };
    int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    uint64_t real = table->real_ns(), begin = now();
    CHECK(timerfd_settime(timer, 0, &spec, NULL) == 0);
    EQUAL(expirations(timer), 1);
    EQUAL(expirations(timer), 1);
    EQUAL(now() - begin, 40 * MS);
    CHECK(table->real_ns() - real >= 39 * MS);
}

/* A game that waits for the network does so in real time. */
static void network(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int server = socket(AF_INET, SOCK_DGRAM, 0), set = epoll_create1(0);
    struct pollfd list = { .fd = server, .events = POLLIN };
    struct epoll_event event = { .events = EPOLLIN };
    CHECK(server >= 0 && bind(server, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(epoll_ctl(set, EPOLL_CTL_ADD, server, &event) == 0);
    go_live();
    uint64_t begin = now(), real = table->real_ns();
    EQUAL(poll(&list, 1, 30), 0);
    CHECK(table->real_ns() - real >= 30 * MS);
    EQUAL(now() - begin, 30 * MS);
    EQUAL(epoll_wait(set, &event, 1, 20), 0);
    CHECK(table->real_ns() - real >= 50 * MS);
    EQUAL(now() - begin, 50 * MS);
}

/* A thread beside the one that shows frames, which waits for it: nobody else moves the clock. */
static void *waits_for_network(void *take_time)
{
    int server = socket(AF_INET, SOCK_DGRAM, 0);
    struct pollfd list = { .fd = server, .events = POLLIN };
    uint64_t end = now() + 40 * MS;
    for (int i = 0; i < 500 && now() < end; i++)
        EQUAL(poll(&list, 1, 10), 0);
    *(uint64_t *)take_time = now() - end;
    close(server);
    return NULL;
}

static void network_neighbour(void)
{
    uint64_t late = 1;
    pthread_join(start(waits_for_network, &late), NULL);
    CHECK(late < 40 * MS);
    go_live(); /* where it may take some seconds, until frames are not expected any more */
    late = 1;
    pthread_join(start(waits_for_network, &late), NULL);
    CHECK(late < 40 * MS);
}

/* A peer of another process: it answers in real time, after a while. */
static int connect_to_child(long after_ms)
{
    static int count;
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
    int length = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "offstage-clock-%d-%d",
                          (int)getpid(), ++count);
    socklen_t bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
    int ready[2];
    CHECK(server >= 0 && client >= 0 && pipe(ready) == 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) { /* it has no connection to a display: its sleeps are real */
        CHECK(bind(server, (struct sockaddr *)&address, bytes) == 0 && listen(server, 1) == 0);
        CHECK(write(ready[1], "x", 1) == 1);
        int answered = accept(server, NULL, NULL);
        CHECK(answered >= 0 && usleep((useconds_t)after_ms * 1000) == 0 && write(answered, "y", 1) == 1);
        _exit(0);
    }
    close(server);
    close(ready[1]);
    CHECK(read(ready[0], &(char){ 0 }, 1) == 1);
    close(ready[0]);
    CHECK(connect(client, (struct sockaddr *)&address, bytes) == 0);
    return client;
}

/* A wait for nothing but another process takes real time; in the loop of a program, which waits for other things as well,
 * the game's time counts. */
static void processes(void)
{
    int peer = connect_to_child(60), pair[2];
    struct pollfd lists[] = { { .fd = peer, .events = POLLIN }, { .events = POLLIN }, { .fd = -1 } };
    struct timeval time = { 20, 0 };
    fd_set set;
    char byte;
    make_pipe();
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    go_live();
    uint64_t begin = now();
    lists[1].fd = pipe_out;
    EQUAL(poll(lists, 2, 25), 0);
    EQUAL(now() - begin, 25 * MS);
    lists[1].fd = pair[0]; /* both ends are here */
    EQUAL(poll(lists + 1, 1, 25), 0);
    EQUAL(now() - begin, 50 * MS);
    EQUAL(poll(lists + 2, 1, 25), 0); /* nothing */
    EQUAL(now() - begin, 75 * MS);
    begin = now();
    lists[1].fd = -1;
    EQUAL(poll(lists, 3, 20000), 1);
    CHECK(now() - begin < 20 * S);
    CHECK(read(peer, &byte, 1) == 1 && byte == 'y');
    close(peer);
    peer = connect_to_child(60);
    begin = now();
    FD_ZERO(&set);
    FD_SET(peer, &set);
    EQUAL(select(peer + 1, &set, NULL, NULL, &time), 1);
    CHECK(now() - begin < 20 * S);
}

const struct test_case fd_cases[] = {
    { "polls", polls },
    { "selects", selects },
    { "epolls", epolls },
    { "timers", timers },
    { "timer_before_x", timer_before_x },
    { "network", network },
    { "network_neighbour", network_neighbour },
    { "processes", processes },
    { 0 },
};
