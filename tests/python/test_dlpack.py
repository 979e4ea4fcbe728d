"""DLPack and CUDA array interfaces of frames, and where Capture.read() writes, over a fake library: every field, every
deleter. Needs neither NumPy nor a GPU."""

from __future__ import annotations

import ctypes
import threading
import unittest

from fake import FakeTest, controls, show
from offstage import Capture, errors

api = ctypes.pythonapi
api.PyCapsule_IsValid.argtypes = [ctypes.py_object, ctypes.c_char_p]
api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
api.PyCapsule_GetPointer.restype = ctypes.c_void_p
api.PyCapsule_SetName.argtypes = [ctypes.py_object, ctypes.c_char_p]
api.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
api.PyCapsule_New.restype = ctypes.py_object

_USED: list[bytes] = [b"used_dltensor", b"used_dltensor_versioned"]  # a capsule does not copy its name


class Tensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]

    def values(self):
        count = 1
        for side in self.shape[:3]:
            count *= side
        return bytes((ctypes.c_uint8 * (count * self.bits // 8)).from_address(self.data))


DELETER = ctypes.CFUNCTYPE(None, ctypes.c_void_p)  # calls it without the GIL


class Managed(ctypes.Structure):
    _fields_ = [("tensor", Tensor), ("context", ctypes.c_void_p), ("deleter", DELETER)]


class Versioned(ctypes.Structure):
    _fields_ = [
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("context", ctypes.c_void_p),
        ("deleter", DELETER),
        ("flags", ctypes.c_uint64),
        ("tensor", Tensor),
    ]


def take(capsule):
    """What a consumer does: rename the capsule, and own the tensor."""
    for kind, name, used in [(Managed, b"dltensor", _USED[0]), (Versioned, b"dltensor_versioned", _USED[1])]:
        if api.PyCapsule_IsValid(capsule, name):
            managed = kind.from_address(api.PyCapsule_GetPointer(capsule, name))
            api.PyCapsule_SetName(capsule, used)
            return managed
    raise AssertionError("not a DLPack capsule")


def delete(managed):
    managed.deleter(ctypes.addressof(managed))


def one_frame(**options):
    with Capture(**options) as capture:
        show()
        return capture.next()


class Export(FakeTest):
    def test_fields(self):
        for dtype, code, bits in [("uint8", 1, 8), ("float16", 2, 16), ("float32", 2, 32), ("bfloat16", 4, 16)]:
            for version in (None, (1, 0), (1, 1), (2, 0), (0, 8)):
                with self.subTest(dtype=dtype, version=version):
                    frame = one_frame(size=(2, 3), stack=2, gray=False, layout="HWC", dtype=dtype)
                    managed = take(frame.__dlpack__(max_version=version))
                    versioned = version is not None and version[0] >= 1
                    self.assertIsInstance(managed, Versioned if versioned else Managed)
                    if versioned:
                        self.assertEqual((managed.major, managed.minor, managed.flags), (1, 0, 1))
                    tensor = managed.tensor
                    self.assertEqual((tensor.code, tensor.bits, tensor.lanes), (code, bits, 1))
                    self.assertEqual((tensor.ndim, tensor.shape[:3], tensor.strides[:3]), (3, [2, 3, 6], [18, 6, 1]))
                    self.assertEqual((tensor.device_type, tensor.device_id, tensor.byte_offset), (1, 0, 0))
                    if dtype == "uint8":
                        self.assertEqual(tensor.values(), bytes([controls.frames % 256]) * 36)
                    delete(managed)

    def test_lease(self):
        frame = one_frame()
        managed = [take(frame.__dlpack__(max_version=version)) for version in (None, (1, 0))]
        unused = frame.__dlpack__()
        frame.release()
        self.assertEqual(controls.leases, 1)
        del frame
        delete(managed[0])
        del unused
        self.assertEqual(controls.leases, 1)
        thread = threading.Thread(target=delete, args=managed[1:])
        thread.start()
        thread.join()
        self.assertEqual(controls.leases, 0)

    def test_copy(self):
        frame = one_frame(size=(5, 7))
        managed = take(frame.__dlpack__(copy=True, max_version=(1, 0)))
        self.assertEqual(managed.flags, 2)
        self.assertEqual(managed.tensor.data % 64, 0)
        want = managed.tensor.values()
        frame.release()
        self.assertEqual(controls.leases, 0)
        self.assertEqual(managed.tensor.values(), want)
        delete(managed)

    def test_device(self):
        frame = one_frame()
        self.assertEqual(frame.__dlpack_device__(), (1, 0))
        frame.__dlpack__(dl_device=(1, 0), copy=False)
        self.assertRaises(BufferError, frame.__dlpack__, dl_device=(2, 0))
        self.assertRaises(TypeError, frame.__dlpack__, None)
        self.assertRaises(TypeError, frame.__dlpack__, max_version=1)
        self.assertRaises(TypeError, frame.__dlpack__, stream="x")
        self.assertRaises(ValueError, frame.__dlpack__, stream=1)
        frame.__dlpack__(stream=-1)
        self.assertFalse(hasattr(frame, "__cuda_array_interface__"))


class Cuda(FakeTest):
    def test_streams(self):
        frame = one_frame(device="cuda")
        self.assertEqual((frame.device, frame.__dlpack_device__()), ("cuda:0", (2, 0)))
        for stream, waited in [(None, 1), (1, 1), (2, 2), (4711, 4711)]:
            frame.__dlpack__(stream=stream)
            self.assertEqual(controls.waited_stream, waited)
        controls.waited_stream = 99
        frame.__dlpack__(stream=-1)
        self.assertEqual(controls.waited_stream, 99)
        for bad, kind in [(0, ValueError), (-2, ValueError), (666, errors.DeviceError)]:
            self.assertRaises(kind, frame.__dlpack__, stream=bad)
        self.assertRaises(BufferError, frame.__dlpack__, copy=True)
        self.assertRaises(BufferError, frame.__dlpack__, dl_device=(1, 0))

    def test_the_frame_goes_back_on_the_stream_of_its_consumer(self):
        frame = one_frame(device="cuda")
        managed = take(frame.__dlpack__(stream=4711))
        del frame
        delete(managed)
        self.assertEqual(controls.released_stream, 4711)
        one_frame(device="cuda").release(stream=12)
        self.assertEqual(controls.released_stream, 12)
        one_frame(device="cuda").release()
        self.assertEqual(controls.released_stream, 0)

    def test_array_interface(self):
        frame = one_frame(device="cuda", size=(2, 3), dtype="float32")
        interface = frame.__cuda_array_interface__
        address = interface.pop("data")
        self.assertEqual(address[1], False)
        self.assertEqual(interface, {"shape": (4, 2, 3), "typestr": "<f4", "strides": None, "version": 3, "stream": 1})
        self.assertEqual(controls.waited_stream, 1)
        # Whoever asked looks at the memory through this object: the lease lasts as long as it does.
        frame.release(stream=5)
        self.assertTrue(frame.released)
        self.assertEqual(controls.leases, 1)
        self.assertRaises(errors.Closed, lambda: frame.__cuda_array_interface__)
        self.assertRaises(errors.Closed, frame.__dlpack__)
        del frame
        self.assertEqual((controls.leases, controls.released_stream), (0, 5))

    def test_no_numpy(self):
        frame = one_frame(device="cuda")
        for use in (frame.copy, frame.__array__):
            with self.assertRaisesRegex(TypeError, "CUDA memory"):
                use()

    def test_bfloat16(self):
        self.assertFalse(hasattr(one_frame(device="cuda", dtype="bfloat16"), "__cuda_array_interface__"))


class Buffer:
    """Memory that speaks DLPack (of either kind) or __cuda_array_interface__."""

    def __init__(self, shape=(4, 2, 3), bits=8, code=1, strides=None, device=(1, 0), versioned=True, flags=0, offset=0):
        self.memory = (ctypes.c_uint8 * 4096)()
        self.device = device
        self.kind = Versioned if versioned else Managed
        self.managed = self.kind()
        self.shape = (ctypes.c_int64 * max(len(shape), 1))(*shape)
        self.strides = (ctypes.c_int64 * len(strides))(*strides) if strides else None
        tensor = self.managed.tensor
        tensor.data = ctypes.addressof(self.memory)
        tensor.device_type, tensor.device_id = device
        tensor.ndim, tensor.code, tensor.bits, tensor.lanes = len(shape), code, bits, 1
        tensor.shape = ctypes.cast(self.shape, ctypes.POINTER(ctypes.c_int64))
        tensor.byte_offset = offset
        if strides:
            tensor.strides = ctypes.cast(self.strides, ctypes.POINTER(ctypes.c_int64))
        if versioned:
            self.managed.major = 1
            self.managed.flags = flags
        self.asked = []

    def __dlpack_device__(self):
        return self.device

    def __dlpack__(self, **arguments):
        if self.kind is Managed and "max_version" in arguments:
            raise TypeError("max_version")
        self.asked.append(arguments)
        name = b"dltensor" if self.kind is Managed else b"dltensor_versioned"
        self.name = ctypes.create_string_buffer(name)
        return api.PyCapsule_New(ctypes.addressof(self.managed), ctypes.cast(self.name, ctypes.c_char_p), None)


class CudaArray:
    def __init__(self, shape=(4, 2, 3), typestr="|u1", strides=None, read_only=False):
        self.memory = (ctypes.c_uint8 * 4096)()
        self.__cuda_array_interface__ = {
            "shape": shape,
            "typestr": typestr,
            "strides": strides,
            "data": (ctypes.addressof(self.memory), read_only),
            "version": 2,
        }


class Read(FakeTest):
    def check(self, out, **options):
        with Capture(size=(2, 3), timeout=0, **options) as capture:
            show()
            self.assertEqual(capture.read(out), controls.frames)
            self.assertEqual(bytes(out.memory[:25]), bytes([controls.frames % 256]) * 24 + b"\0")

    def test_dlpack(self):
        self.check(Buffer())
        self.check(Buffer(versioned=False))
        self.check(Buffer(strides=(6, 3, 1)))
        offset = Buffer(offset=100)
        with Capture(size=(2, 3)) as capture:
            show()
            capture.read(offset)
        self.assertEqual((offset.memory[99], offset.memory[100]), (0, controls.frames % 256))

    def test_cuda(self):
        out = Buffer(device=(2, 0))
        self.check(out, device="cuda")
        self.assertEqual(out.asked, [{"max_version": (1, 0), "stream": -1}])
        self.check(CudaArray(), device="cuda")
        self.check(CudaArray(strides=(6, 3, 1)), device="cuda")
        with Capture(size=(2, 3), device="cuda") as capture:
            show()
            capture.read(CudaArray(), stream=4711)
        self.assertEqual(controls.read_stream, 4711)

    def test_what_does_not_fit(self):
        class Nothing:
            pass

        class Strange:
            __array_struct__ = 5

        class Unversioned(Buffer):
            def __dlpack_device__(self):
                return 1

        later = Buffer()
        later.managed.major = 2
        bad = [
            (Nothing(), TypeError, "expected a NumPy array"),
            (bytearray(24), TypeError, "expected a NumPy array"),
            (None, TypeError, "expected a NumPy array"),
            (Strange(), Exception, ""),
            (Unversioned(), TypeError, "__dlpack_device__"),
            (later, BufferError, "DLPack 2"),
            (Buffer(shape=(4, 2)), errors.PlanError, "shape"),
            (Buffer(shape=()), errors.PlanError, "shape"),
            (Buffer(shape=(4, 3, 2)), errors.PlanError, "expected (4, 2, 3) of uint8 on the CPU"),
            (Buffer(shape=(1, 4, 2, 3)), errors.PlanError, "shape"),
            (Buffer(shape=(4, 2, 1 << 40)), errors.PlanError, "shape"),
            (Buffer(strides=(1, 4, 8)), errors.PlanError, "contiguous"),
            (Buffer(strides=(-6, 3, 1)), errors.PlanError, "contiguous"),
            (Buffer(flags=1), errors.PlanError, "read-only"),
            (Buffer(bits=16), errors.PlanError, "dtype"),
            (Buffer(code=0), errors.PlanError, "dtype"),
            (Buffer(code=200), errors.PlanError, "dtype"),
            (Buffer(device=(2, 0)), errors.PlanError, "CUDA memory"),
            (Buffer(device=(7, 0)), BufferError, "neither"),
            (CudaArray(), errors.PlanError, "CUDA memory"),
        ]
        cuda_bad = [
            (Buffer(), errors.PlanError, "host memory"),
            (Buffer(device=(2, 1)), errors.PlanError, "another CUDA device"),
            (CudaArray(read_only=True), errors.PlanError, "read-only"),
            (CudaArray(typestr="<f4"), errors.PlanError, "dtype"),
            (CudaArray(shape=(2, 3)), errors.PlanError, "shape"),
            (CudaArray(strides=(1, 4, 8)), errors.PlanError, "contiguous"),
            (CudaArray(shape=5), TypeError, "shape"),
            (CudaArray(typestr=5), TypeError, "typestr"),
        ]
        for device, rows in (("cpu", bad), ("cuda", cuda_bad)):
            with Capture(size=(2, 3), timeout=0, device=device) as capture:
                show()
                for out, kind, words in rows:
                    with self.subTest(device=device, words=words):
                        with self.assertRaises(kind) as caught:
                            capture.read(out)
                        self.assertIn(words, str(caught.exception))
                        if isinstance(out, (Buffer, CudaArray)):
                            self.assertEqual(bytes(out.memory), bytes(4096), "something was written")
                # The frame is still there to be had.
                capture.next().release()

    def test_bfloat16(self):
        with Capture(size=(2, 3), dtype="bfloat16") as capture:
            show()
            capture.read(Buffer(code=4, bits=16))
            show()
            self.assertRaises(errors.PlanError, capture.read, Buffer(code=2, bits=16))

    def test_the_window_changed(self):
        with Capture(size=None) as capture:
            show()
            self.assertRaises(errors.PlanError, capture.read, Buffer(shape=(4, 60, 1)))

    def test_time_out(self):
        with Capture(size=(2, 3), timeout=0.1) as capture:
            self.assertRaises(errors.FrameTimeout, capture.read, Buffer())
            self.assertRaises(errors.FrameTimeout, capture.read, Buffer(), 0)
            self.assertRaises(ValueError, capture.read, Buffer(), -1)
            self.assertRaises(TypeError, capture.read)


if __name__ == "__main__":
    unittest.main()
