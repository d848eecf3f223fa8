"""The classes of other people's libraries, as their wheels publish them.

A BYOL class is a few files of a library whose other parts need compilers, graphics cards or versions of
Python that are gone. Here those few files run unchanged: a package's own `__init__.py` is passed over where
it imports the rest, and modules that the rest needs are stand-ins, which hold nothing and compute nothing.
The wheels of `requirements-libraries.txt` lie in `.venv/libraries/NAME==VERSION`, side by side.
"""

import importlib
import importlib.abc
import importlib.util
import sys
import types
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

LIBRARIES = Path(sys.prefix) / "libraries"


def library(requirement, package):
    """The folder of a wheel's package: `byol-pytorch==0.8.2`, `byol_pytorch`."""
    folder = LIBRARIES / requirement / package
    assert folder.is_dir(), f"{requirement} is not installed in {LIBRARIES}: run ./dev interop"
    return folder


class StandIn(type):
    """A class for whatever an absent module is asked for: attributes, calls and decorators all work."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn(name, (), {})

    def __call__(cls, *arguments, **named):
        decorates = len(arguments) == 1 and not named and callable(arguments[0])
        return arguments[0] if decorates else cls


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds modules of wheels, packages without their `__init__.py`, and stand-ins.

    `bare` names the packages whose `__init__.py` is passed over, and the modules that hold the names which
    others import from the package itself; `absent` names the modules that are stand-ins, and what of them is
    not: a dictionary of names.
    """

    def __init__(self, roots, bare, absent):
        self.roots, self.bare, self.absent = roots, bare, absent
        self.stand_ins = set()

    def find_spec(self, name, path=None, target=None):
        """A module of a wheel, or a stand-in."""
        if any(name == part or name.startswith(f"{part}.") for part in self.absent):
            self.stand_ins.add(name)
            return importlib.util.spec_from_loader(name, self, is_package=True)
        root = self.roots.get(name.partition(".")[0])
        if root is None:
            return None
        place = root.joinpath(*name.split(".")[1:])
        if name in self.bare:
            spec = importlib.util.spec_from_loader(name, self, is_package=True)
            spec.submodule_search_locations = [str(place)]
            return spec
        if (package := place / "__init__.py").exists():
            return importlib.util.spec_from_file_location(
                name, package, submodule_search_locations=[str(place)])
        file = place.with_suffix(".py")
        return importlib.util.spec_from_file_location(name, file) if file.exists() else None

    def create_module(self, spec):
        """A package whose names come from elsewhere, or a stand-in, which has every name."""
        module = types.ModuleType(spec.name)

        def from_part(name):
            if name.startswith("__"):
                raise AttributeError(name)
            for part in self.bare[spec.name] or ():
                if hasattr(found := importlib.import_module(f"{spec.name}.{part}"), name):
                    return getattr(found, name)
            raise AttributeError(name)

        if spec.name in self.stand_ins:
            module.__getattr__ = lambda name: StandIn.__getattr__(None, name)
            vars(module).update(self.absent.get(spec.name) or {})
        else:
            module.__getattr__ = from_part
        return module

    def exec_module(self, module):
        """Nothing: neither has code."""


@contextmanager
def importing(roots, bare=None, absent=()):
    """Imports from these wheels for a while; afterwards nobody else meets the stand-ins."""
    bare, absent = (
        names if isinstance(names, dict) else dict.fromkeys(names or ()) for names in (bare, absent))
    finder = Finder(roots, bare, absent)
    sys.meta_path.insert(0, finder)
    try:
        yield importlib.import_module
    finally:
        sys.meta_path.remove(finder)
        for name in finder.stand_ins:
            sys.modules.pop(name, None)


@lru_cache
def torchvision():
    """torchvision; where its compiled operators miss a graphics card's libraries, without them."""
    import torch

    try:
        return importlib.import_module("torchvision")
    except RuntimeError:  # it describes operators that its library did not register
        for name in ("nms", "qnms"):
            torch.library.define(
                f"torchvision::{name}",
                "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
            del sys.modules[name]
        return importlib.import_module("torchvision")


@lru_cache
def byol_pytorch(version):
    """lucidrains' `byol_pytorch.byol_pytorch`, of which several versions can be loaded."""
    torchvision()
    file = library(f"byol-pytorch=={version}", "byol_pytorch") / "byol_pytorch.py"
    spec = importlib.util.spec_from_file_location(f"byol_pytorch_{version.replace('.', '_')}", file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@lru_cache
def lightning_bolts():
    """`BYOL` of pl_bolts 0.7.0."""
    torchvision()
    bare = [f"pl_bolts{part}" for part in ["", ".models", ".models.self_supervised",
            ".models.self_supervised.byol", ".callbacks", ".optimizers"]]  # fmt: skip
    absent = ["pl_bolts.callbacks.verification"]
    with importing({"pl_bolts": library("lightning-bolts==0.7.0", "pl_bolts")}, bare, absent) as load:
        return load("pl_bolts.models.self_supervised.byol.byol_module").BYOL


@lru_cache
def solo_learn():
    """`BYOL` of solo-learn 1.0.2."""
    torchvision()
    bare = ["solo", "solo.methods", "solo.losses", "solo.utils"]
    absent = ["pl_bolts", "solo.utils.knn", "solo.utils.metrics", "solo.utils.backbones"]
    with importing({"solo": library("solo-learn==1.0.2", "solo")}, bare, absent) as load:
        return load("solo.methods.byol").BYOL


@contextmanager
def solo_learn_encoders():
    """Where its constructor may import the encoders that are no ResNets, as stand-ins."""
    with importing({}, absent=["solo.utils.backbones"]):
        yield solo_learn()


@lru_cache
def torchgeo():
    """`BYOL` of torchgeo 0.8.1, whose two backbones are one."""
    torchvision()
    absent = ["kornia", "torchgeo.models", "torchgeo.trainers.utils", "torchgeo.trainers.base"]
    bare = ["torchgeo", "torchgeo.trainers"]
    with importing({"torchgeo": library("torchgeo==0.8.1", "torchgeo")}, bare, absent) as load:
        return load("torchgeo.trainers.byol").BYOL


OPENMMLAB = {"mmcls": "mmcls==1.0.0rc6", "mmcv": "mmcv-lite==2.0.1", "mmengine": "mmengine==0.10.7"}


def openmmlab():
    """The folders of OpenMMLab's common packages."""
    return {package: library(requirement, package) for package, requirement in OPENMMLAB.items()}


@lru_cache
def mmselfsup():
    """The registry of mmselfsup 1.0.0 that builds `BYOL` and its parts, and its optimisers'."""
    torchvision()
    roots = {"mmselfsup": library("mmselfsup==1.0.0", "mmselfsup")}
    roots |= openmmlab()
    parts = [".models.algorithms", ".models.backbones", ".models.heads", ".models.necks", ".models.losses",
             ".engine", ".engine.optimizers"]  # fmt: skip
    bare = dict.fromkeys(["mmselfsup", "mmselfsup.models", "mmcls", "mmcls.models", "mmcv"], ())
    bare |= dict.fromkeys((f"mmselfsup{part}" for part in parts), ())
    bare |= {"mmselfsup.models.utils": ["ema", "sobel"], "mmcls.models.backbones": ["resnet"]}
    with importing(roots, bare, absent=["cv2", "matplotlib"]) as load:
        for name in ["algorithms.byol", "backbones.resnet", "necks.nonlinear_neck", "heads.latent_heads",
                     "losses.cosine_similarity_loss", "utils.data_preprocessor"]:  # fmt: skip
            load(f"mmselfsup.models.{name}")
        load("mmselfsup.engine.optimizers.lars")
        return load("mmselfsup.registry")


@lru_cache
def mmselfsup_0():
    """The registry that builds mmselfsup 0.11.0's `BYOL` around 1.0.0's ResNet.

    Its base class was mmcv's, which mmengine's has become; its modules import each other by relative names
    and can lie in a package of another name beside 1.0.0.
    """
    models = mmselfsup().MODELS

    class Registry(importlib.import_module("mmengine.registry").Registry):
        """One whose decorator goes without parentheses, too."""

        def register_module(self, name=None, **options):
            if isinstance(name, type):
                return super().register_module(module=name)
            return super().register_module(name, **options)

    registry = Registry("mmselfsup_0", parent=models)
    kinds = dict.fromkeys(["ALGORITHMS", "NECKS", "HEADS"], registry)
    builders = dict.fromkeys(["build_backbone", "build_neck", "build_head"], registry.build)
    package = "mmselfsup_0"
    base = importlib.import_module("mmengine.model").BaseModule
    absent = {"mmcv.runner": {"BaseModule": base, "auto_fp16": lambda **_: lambda function: function},
              f"{package}.models.builder": kinds | builders}  # fmt: skip
    bare = [f"{package}{part}" for part in
            ["", ".models", ".models.algorithms", ".models.necks", ".models.heads"]]  # fmt: skip
    root = library("mmselfsup==0.11.0", "mmselfsup")
    with importing({package: root} | openmmlab(), bare, absent) as load:
        for name in ["algorithms.byol", "necks.nonlinear_neck", "heads.latent_pred_head"]:
            load(f"{package}.models.{name}")
    registry._imported = True  # there is no package to import for more
    return registry


@contextmanager
def mmselfsup_depth(blocks):
    """Where mmselfsup's ResNets of any depth have these blocks."""
    net = mmselfsup().MODELS.get("ResNet")
    were = net.arch_settings
    net.arch_settings = {depth: (block, tuple(blocks)) for depth, (block, _) in were.items()}
    try:
        yield
    finally:
        net.arch_settings = were


def message_hub():
    """mmengine's current store of logs, which its checkpoints hold."""
    return importlib.import_module("mmengine.logging").MessageHub.get_instance("byol")
