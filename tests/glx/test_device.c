/* The choice of a device: each row runs in a process of its own, with the fake libEGL.so.1 in its library path. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "egl/device.h"
#include "egl/egl.h"

#define UUID_A "0123456789abcdef0123456789abcdef"
#define UUID_B "fedcba9876543210fedcba9876543210"

static const struct row {
    const char *gpu, *visible, *devices;
    const char *device;           /* expected part of the device's name, NULL = none can be had */
    const char *reason;           /* expected part of the reason, or of the line on stderr if there is no device */
    bool line;                    /* one line on stderr */
} rows[] = {
    /* auto */
    {"auto", NULL, "nvidia,cuda=0 mesa", "EGL device 0", "auto: CUDA device 0", false},
    {"auto", NULL, "nvidia,cuda=1 nvidia,cuda=0 mesa", "EGL device 1", "auto: CUDA device 0", false},
    {"auto", NULL, "mesa other", "EGL device 1", "hardware device", false},
    {"auto", NULL, "mesa", "EGL device 0", "auto: software", true},
    {"auto", NULL, "", NULL, "no OpenGL can be had", true},
    {"auto", NULL, "nvidia,cuda=0,nocontext other mesa", "EGL device 1", "hardware device", false},
    {"auto", NULL, "nvidia,cuda=0,nocontext nvidia,cuda=1 mesa", "EGL device 1", "hardware device", false},
    {"auto", NULL, "nvidia,cuda=0,noinit mesa", "EGL device 1", "cannot be opened", true},
    {"auto", NULL, "other,soft mesa", "EGL device 1", "renders in software", true},
    {"auto", NULL, "nvidia other mesa", "EGL device 0", "only", false},
    /* CUDA_VISIBLE_DEVICES by index, with numbers as CUDA has them without it */
    {"auto", "1", "nvidia,cuda=0 nvidia,cuda=1 mesa", "EGL device 1", "CUDA_VISIBLE_DEVICES", false},
    {"auto", "1,0", "nvidia,cuda=0 nvidia,cuda=1 mesa", "EGL device 1", "CUDA_VISIBLE_DEVICES", false},
    {"cuda:1", "1,0", "nvidia,cuda=0 nvidia,cuda=1 mesa", "EGL device 0", "asked for", false},
    {"auto", " 2 , 1", "nvidia,cuda=2 nvidia,cuda=1 nvidia,cuda=0 mesa", "EGL device 0", "CUDA_VISIBLE_DEVICES", false},
    {"auto", "5", "nvidia,cuda=0 mesa", "EGL device 0", "hardware device", false},
    {"cuda:0", "5", "nvidia,cuda=0 mesa", NULL, "cuda:0", true},
    {"cuda:0", "GPU-77", "nvidia,cuda=0,uuid=" UUID_A, NULL, "UUID", true},
    {"auto", "", "nvidia,cuda=0 mesa", "EGL device 0", "hardware device", false},
    {"auto", "-1", "nvidia,cuda=0 nvidia,cuda=1 mesa", "EGL device 0", "hardware device", false},
    /* and with numbers as the process sees them: hidden devices have none */
    {"auto", "1", "nvidia nvidia,cuda=0 mesa", "EGL device 1", "CUDA_VISIBLE_DEVICES", false},
    {"cuda:1", "2,1", "nvidia nvidia,cuda=1 nvidia,cuda=0 mesa", "EGL device 1", "asked for", false},
    {"auto", "GPU-fedcba98", "nvidia nvidia,cuda=0 mesa", "EGL device 1", "CUDA_VISIBLE_DEVICES", false},
    /* by UUID, whole or its beginning */
    {"auto", "GPU-fedcba98-7654-3210-fedc-ba9876543210", "nvidia,cuda=0,uuid=" UUID_A " nvidia,cuda=1,uuid=" UUID_B,
     "EGL device 1", "CUDA_VISIBLE_DEVICES", false},
    {"auto", "GPU-fed", "nvidia,cuda=0,uuid=" UUID_A " nvidia,cuda=1,uuid=" UUID_B, "EGL device 1", "auto: CUDA", false},
    {"cuda:0", "GPU-77", "nvidia,cuda=0,uuid=" UUID_A " nvidia,cuda=1,uuid=" UUID_B, NULL, "UUID", true},
    {"cuda:0", "GPU-77", "nvidia,cuda=0", "EGL device 0", "asked for", false},
    /* MIG */
    {"auto", "MIG-GPU-fedcba98-7654-3210-fedc-ba9876543210/1/0",
     "nvidia,cuda=0,uuid=" UUID_A " nvidia,cuda=1,uuid=" UUID_B, "EGL device 1", "auto: CUDA", false},
    {"auto", "MIG-12345678-1234-1234-1234-123456789abc", "nvidia,cuda=0 mesa", "EGL device 0", "auto: CUDA", false},
    {"cuda:0", "MIG-12345678-1234-1234-1234-123456789abc", "nvidia,cuda=0 nvidia,cuda=1", NULL, "MIG", true},
    /* explicit choices never fall back */
    {"cuda:9", NULL, "nvidia,cuda=0 mesa", NULL, "cuda:9", true},
    {"cuda:0", NULL, "other mesa", NULL, "cuda:0", true},
    {"cuda:1", "0", "nvidia,cuda=0 nvidia,cuda=1 mesa", NULL, "leaves this process no CUDA device 1", true},
    {"cuda:0", NULL, "nvidia,cuda=0,nocontext mesa", NULL, "refused a context", true},
    {"egl:1", NULL, "nvidia,cuda=0 other mesa", "EGL device 1", "asked for", false},
    {"egl:2", NULL, "nvidia,cuda=0 other mesa", "EGL device 2", "asked for", false},
    {"egl:3", NULL, "nvidia,cuda=0 other mesa", NULL, "EGL lists 3 devices", true},
    {"egl:0", NULL, "other,noinit mesa", NULL, "egl:0", true},
    {"software", NULL, "nvidia,cuda=0 mesa", "EGL device 1", "software: asked for", false},
    {"software", NULL, "nvidia,cuda=0", NULL, "Mesa", true},
    {"cuda", NULL, "nvidia,cuda=0", NULL, "not one of", true},
    {"gpu:1", NULL, "nvidia,cuda=0", NULL, "not one of", true},
    {"cuda:1x", NULL, "nvidia,cuda=0", NULL, "not one of", true},
};

static unsigned lines(const char *text)
{
    unsigned count = 0;

    for (; *text; text++)
        count += *text == '\n';
    return count;
}

/* The vendor hint, as libglvnd would see it: FAKE_EGL_LOG has the variable's value at the moment when vendors are loaded, and
 * afterwards neither the variable nor a descriptor is left. */
static int hint_child(void)
{
    char log[4096] = "";
    const char *name = getenv("FAKE_EGL_LOG");
    int before = dup(0), fd, after;
    FILE *file;

    close(before);
    if (!ofs_egl_api_get())
        return 1;
    file = fopen(name, "r");
    if (!file || !fgets(log, sizeof(log), file))
        return 1;
    fclose(file);
    after = dup(0);
    printf("%s", log);
    if (getenv("__EGL_VENDOR_LIBRARY_FILENAMES") && !getenv("KEEP_VARIABLE"))
        printf("the variable was left\n");
    for (fd = 100; fd < 110; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            printf("descriptor %d was left\n", fd);
    if (before != after)
        printf("a low descriptor was left\n");
    return 0;
}

static bool nvidia_is_known(void)
{
    return system("grep -qs libEGL_nvidia /etc/glvnd/egl_vendor.d/*.json /usr/share/glvnd/egl_vendor.d/*.json") == 0;
}

/* With a library that goes by NVIDIA's name in the path, with none, and with a choice made by the user. */
static int check_hint(const char *self, const char *nvidia_folder, const char *chosen, const char *expected)
{
    char command[9000], out[4096] = "", log[] = "/tmp/ofs-hint-XXXXXX";
    int fd = mkstemp(log);
    FILE *pipe_end;
    size_t length;
    bool ok;

    snprintf(command, sizeof(command), "%s%s%s LD_LIBRARY_PATH=\"$LD_LIBRARY_PATH%s%s\" FAKE_EGL_LOG=%s '%s' hint",
             chosen ? "KEEP_VARIABLE=1 __EGL_VENDOR_LIBRARY_FILENAMES='" : "", chosen ? chosen : "", chosen ? "'" : "",
             nvidia_folder ? ":" : "", nvidia_folder ? nvidia_folder : "", log, self);
    pipe_end = popen(command, "r");
    length = pipe_end ? fread(out, 1, sizeof(out) - 1, pipe_end) : 0;
    out[length] = '\0';
    ok = pipe_end && pclose(pipe_end) == 0 && strncmp(out, expected, strlen(expected)) == 0 && lines(out) == 1;
    if (!ok)
        printf("vendor hint with folder %s, choice %s: got %s\n", nvidia_folder ? nvidia_folder : "none",
               chosen ? chosen : "none", out);
    close(fd);
    unlink(log);
    return !ok;
}

/* Runs as the child: what was opened, on stdout. */
static int open_and_tell(void)
{
    const struct ofs_egl *egl = ofs_egl_open();

    if (!egl) {
        printf("none\n");
        return 0;
    }
    printf("%s | %s\n", egl->device, egl->reason);
    return ofs_egl_open() == egl && ofs_egl_opened() == egl ? 0 : 1;
}

static void run_child(const struct row *row, const char *self, char *out, char *err, size_t size)
{
    int out_pipe[2], err_pipe[2], status;
    pid_t pid;
    ssize_t length;

    if (pipe(out_pipe) || pipe(err_pipe))
        exit(1);
    pid = fork();
    if (pid == 0) {
        dup2(out_pipe[1], 1);
        dup2(err_pipe[1], 2);
        setenv("FAKE_EGL", row->devices, 1);
        setenv("OFFSTAGE_GPU", row->gpu, 1);
        if (row->visible)
            setenv("CUDA_VISIBLE_DEVICES", row->visible, 1);
        else
            unsetenv("CUDA_VISIBLE_DEVICES");
        execl(self, self, "child", (char *)NULL);
        _exit(127);
    }
    close(out_pipe[1]);
    close(err_pipe[1]);
    length = read(out_pipe[0], out, size - 1);
    out[length > 0 ? length : 0] = '\0';
    length = read(err_pipe[0], err, size - 1);
    err[length > 0 ? length : 0] = '\0';
    close(out_pipe[0]);
    close(err_pipe[0]);
    waitpid(pid, &status, 0);
    if (status)
        snprintf(out, size, "the child ended with status %x", (unsigned)status);
}

static int check_row(const struct row *row, const char *self)
{
    char out[2048], err[2048];
    bool ok;

    run_child(row, self, out, err, sizeof(out));
    if (row->device)
        ok = strstr(out, row->device) && (strstr(out, row->reason) || strcmp(row->reason, "only") == 0);
    else
        ok = strcmp(out, "none\n") == 0 && strstr(err, row->reason);
    ok = ok && lines(err) == (row->line ? 1u : 0u);
    if (!ok)
        printf("--gpu %s, CUDA_VISIBLE_DEVICES %s, devices \"%s\":\n  got %s  and on stderr: %s\n", row->gpu,
               row->visible ? row->visible : "unset", row->devices, out, err);
    return !ok;
}

int main(int count, char **arguments)
{
    char self[4096] = "";
    int failures = 0;

    if (count > 1 && strcmp(arguments[1], "child") == 0)
        return open_and_tell();
    if (count > 1 && strcmp(arguments[1], "hint") == 0)
        return hint_child();
    if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
        return 1;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        failures += check_row(&rows[i], self);
    if (count > 1 && !nvidia_is_known()) {
        failures += check_hint(self, arguments[1], NULL, "/proc/self/fd/");
        failures += check_hint(self, arguments[1], "/chosen.json", "/chosen.json");
    }
    printf("%zu rows, %d failures\n", sizeof(rows) / sizeof(rows[0]), failures);
    return failures != 0;
}
