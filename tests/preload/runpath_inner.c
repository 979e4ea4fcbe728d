/* Found only along the RUNPATH of runpath_lib.c. */
int ofs_runpath_marker(void);

int ofs_runpath_marker(void)
{
    return 4711;
}
