"""Libraries for LD_PRELOAD, which make things happen that mail cannot."""
import os
import subprocess


def build(source, directory):
    """Compiles one; returns the path of the library."""
    name = os.path.splitext(os.path.basename(source))[0]
    library = os.path.join(directory, name + ".so")
    subprocess.run(["gcc", "-D_GNU_SOURCE", "-O1", "-fPIC", "-shared", "-o",
                    library, source], check=True)
    return library
