/* Stands for the OpenGL ES that a browser brings: of a name like the system's, and another thing. */
int browser_s_own(void);

__attribute__((visibility("default"))) int browser_s_own(void)
{
    return 42;
}
