/* A webcam at /dev/video77 for programs that load this first (LD_PRELOAD): it answers V4L2.
 *
 * $WEBCAM is a folder: `picture` is the JPEG it sends. While there is a file `gone` it is
 * pulled out, while there is one `stalled` it gives nothing. With `only_yuyv` it knows no
 * JPEG and sends plain gray; with `small` it gives 320x240 whatever it was asked for.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1 << 20, BUFFERS = 16, FRAME_US = 20000, GRAY = 124, COLOURLESS = 128 };

static int device = -1;
static unsigned char *memory;
static int waiting[BUFFERS], waiting_count;
static unsigned format, width, height;

static int is_so(const char *what)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", getenv("WEBCAM"), what);
    return access(path, F_OK) == 0;
}

static int refuse(int why)
{
    errno = why;
    return -1;
}

static int plug(void)
{
    if (is_so("gone"))
        return refuse(ENOENT);
    device = memfd_create("webcam", MFD_CLOEXEC);
    if (device < 0 || ftruncate(device, (off_t)MOST * BUFFERS) < 0)
        return -1;
    memory = mmap(NULL, (size_t)MOST * BUFFERS, PROT_READ | PROT_WRITE, MAP_SHARED, device, 0);
    waiting_count = 0;
    return device;
}

static int describe(struct v4l2_capability *told)
{
    memset(told, 0, sizeof *told);
    told->capabilities = told->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
    return 0;
}

static int name_input(struct v4l2_input *told)
{
    if (told->index)
        return refuse(EINVAL);
    memset(told, 0, sizeof *told);
    told->type = V4L2_INPUT_TYPE_CAMERA;
    return 0;
}

static int pace(struct v4l2_streamparm *told)
{
    told->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
    return 0;
}

static int settle(struct v4l2_format *told)
{
    int jpeg = told->fmt.pix.pixelformat == V4L2_PIX_FMT_MJPEG && !is_so("only_yuyv");
    format = jpeg ? V4L2_PIX_FMT_MJPEG : V4L2_PIX_FMT_YUYV;
    width = is_so("small") ? 320 : told->fmt.pix.width;
    height = is_so("small") ? 240 : told->fmt.pix.height;
    told->fmt.pix.pixelformat = format;
    told->fmt.pix.width = width;
    told->fmt.pix.height = height;
    told->fmt.pix.field = V4L2_FIELD_NONE;
    told->fmt.pix.bytesperline = jpeg ? 0 : width * 2;
    told->fmt.pix.sizeimage = jpeg ? MOST : width * height * 2;
    return 0;
}

static int count_buffers(struct v4l2_requestbuffers *told)
{
    if (told->count > BUFFERS)
        told->count = BUFFERS;
    return 0;
}

static int place_buffer(struct v4l2_buffer *told)
{
    told->length = MOST;
    told->m.offset = told->index * MOST;
    return 0;
}

static int take_buffer(const struct v4l2_buffer *told)
{
    waiting[waiting_count++] = told->index;
    return 0;
}

static unsigned paint(unsigned char *at)
{
    if (format == V4L2_PIX_FMT_YUYV) {
        for (unsigned pixel = 0; pixel < width * height; pixel++) {
            at[2 * pixel] = GRAY;
            at[2 * pixel + 1] = COLOURLESS;
        }
        return width * height * 2;
    }
    char path[4096];
    snprintf(path, sizeof path, "%s/picture", getenv("WEBCAM"));
    FILE *file = fopen(path, "rb");
    unsigned size = file ? fread(at, 1, MOST, file) : 0;
    if (file)
        fclose(file);
    return size;
}

static int give_buffer(struct v4l2_buffer *told)
{
    struct timespec now;
    do
        usleep(FRAME_US);
    while (is_so("stalled") && !is_so("gone"));
    if (is_so("gone"))
        return refuse(ENODEV);
    if (!waiting_count)
        return refuse(EAGAIN);
    told->index = waiting[0];
    memmove(waiting, waiting + 1, sizeof *waiting * --waiting_count);
    clock_gettime(CLOCK_MONOTONIC, &now);
    told->flags = 0;
    told->timestamp.tv_sec = now.tv_sec;
    told->timestamp.tv_usec = now.tv_nsec / 1000;
    told->bytesused = paint(memory + (size_t)told->index * MOST);
    return 0;
}

static int answer(unsigned question, void *told)
{
    if (is_so("gone"))
        return refuse(ENODEV);
    switch (question) {
    case VIDIOC_QUERYCAP: return describe(told);
    case VIDIOC_ENUMINPUT: return name_input(told);
    case VIDIOC_G_INPUT: *(int *)told = 0; return 0;
    case VIDIOC_S_INPUT: return 0;
    case VIDIOC_G_PARM:
    case VIDIOC_S_PARM: return pace(told);
    case VIDIOC_G_FMT:
    case VIDIOC_S_FMT: return settle(told);
    case VIDIOC_REQBUFS: return count_buffers(told);
    case VIDIOC_QUERYBUF: return place_buffer(told);
    case VIDIOC_QBUF: return take_buffer(told);
    case VIDIOC_DQBUF: return give_buffer(told);
    case VIDIOC_STREAMON:
    case VIDIOC_STREAMOFF: return 0;
    default: return refuse(ENOTTY);
    }
}

static int open_or_plug(const char *name, const char *path, int flags, mode_t mode)
{
    if (strcmp(path, "/dev/video77") == 0)
        return plug();
    int (*real)(const char *, int, mode_t) = dlsym(RTLD_NEXT, name);
    return real(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return open_or_plug("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return open_or_plug("open64", path, flags, mode);
}

int ioctl(int file, unsigned long question, ...)
{
    va_list more;
    va_start(more, question);
    void *told = va_arg(more, void *);
    va_end(more);
    if (device >= 0 && file == device)
        return answer((unsigned)question, told);
    int (*real)(int, unsigned long, void *) = dlsym(RTLD_NEXT, "ioctl");
    return real(file, question, told);
}
