/* For the test of commands in which no preload can act. */
int main(void) { return 0; }
