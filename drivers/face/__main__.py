"""`python -m drivers.face NUMBER`: the face engine that a kiosk runs apart from itself."""

import sys
from multiprocessing.connection import Connection

from drivers.face.apart import serve
from drivers.face.recognition import DlibFaceEngine

if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])), DlibFaceEngine)
