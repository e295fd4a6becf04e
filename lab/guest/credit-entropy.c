/* Adds what it reads to the kernel's pool of randomness and counts it as 256 bits, see random(4).
 *
 * The emulated processor has no random instruction, so the kernel would gather timer jitter for seconds, at full
 * load, before it lets dropbear make its host key. What is credited here tells servers apart but is no secret: right
 * for a lab's guest, for nothing else.
 */
#include <fcntl.h>
#include <linux/random.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(void)
{
    struct {
        struct rand_pool_info head;
        char bytes[64];
    } seed = {.head = {.entropy_count = 256}};
    int device = open("/dev/urandom", O_WRONLY);

    seed.head.buf_size = read(STDIN_FILENO, seed.bytes, sizeof seed.bytes);
    return device < 0 || ioctl(device, RNDADDENTROPY, &seed) < 0;
}
