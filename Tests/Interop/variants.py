"""Checkpoints of every dialect that can be run, random in depth, widths, biases, stem and sizes.

Each is made by the library's own classes, or, where a project is no package, by classes laid out from its
source as `facts only`; trained for a few steps; saved as the project saves; and comes with outputs.
"""

import copy
import random as randoms
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from unittest import mock

import libraries
import numpy as np
import torch
from networks import Parts, Sizes, children, follow, jitter, loss, mlp, record, resnet, views
from torch import nn

VARIANTS = {}


@dataclass
class Made:
    """A checkpoint, and how its networks are run."""

    tree: object
    parts: Parts
    ending: str = "pt"
    # Modules that hold the parts.
    modules: tuple = ()
    # Keeps what the tree was made of.
    model: object = None
    sizes: object = None
    # A function of the tree and a path, where it is not torch.save.
    save: object = None
    # What the file is recognised as, where a form has another project's names.
    dialect: str = ""


def variant(dialect, made_by):
    """Registers a function that makes a variant of a dialect from a generator and sizes."""

    def register(function):
        VARIANTS[function.__name__] = (dialect, made_by, function)
        return function

    return register


def make(name, seed, folder):
    """Makes a variant: its file, its reference, and itself. The same seed makes the same."""
    random = randoms.Random(f"{seed}/{name}")
    torch.manual_seed(random.randrange(1 << 31))
    dialect, _, function = VARIANTS[name]
    made = function(random, Sizes.drawn(random))
    made.dialect = made.dialect or dialect
    path = folder / f"{name}.{made.ending}"
    (made.save or torch.save)(made.tree, path)
    reference = record(made.parts, folder / f"{name}.ref.npz", random, *made.modules)
    return path, reference, made


def networks(sizes, encoder=resnet, biases=(True, True), **named):
    """An untrained set of parts, the target a copy that differs."""
    online = encoder(sizes, **named)
    parts = Parts(
        online, mlp(sizes.embedding, sizes.hidden, sizes.out, biases),
        mlp(sizes.out, sizes.predictor, sizes.out, biases),
        copy.deepcopy(online), mlp(sizes.embedding, sizes.hidden, sizes.out, biases))  # fmt: skip
    jitter(*vars(parts).values())
    return parts


# DeepMind


class Computed:
    """Outputs that come from one function."""

    def __init__(self, function):
        self.outputs = lambda images: function(images)


@variant("haiku", "dm-haiku 0.0.17's ResNet; the experiment's outer function facts only")
def haiku_1(random, sizes):
    return haiku(random, sizes, version_2=False)


@variant("haiku", "dm-haiku 0.0.17's ResNet of version 2; the experiment's outer function facts only")
def haiku_2(random, sizes):
    return haiku(random, sizes, version_2=True)


def haiku(random, sizes, version_2):
    """A state of DeepMind's experiment."""
    import haiku_network  # here, since JAX takes seconds to import

    sizes = sizes.but(small_stem=False)
    arrays, function = haiku_network.pretrained(sizes, random.randrange(1 << 30), version_2=version_2)

    def save(tree, path):
        np.savez(path, **tree)

    return Made(arrays, Computed(function), "npz", save=save, sizes=sizes)


# lucidrains


def lucidrains(random, sizes, version, **options):
    """A learner of byol-pytorch, trained as its readme says."""
    net = resnet(sizes, classes=sizes.classes)
    learner = libraries.byol_pytorch(version).BYOL(
        net, 32, hidden_layer=random.choice(["avgpool", -2]), projection_size=sizes.out,
        projection_hidden_size=sizes.hidden, augment_fn=nn.Identity(), moving_average_decay=0.9,
        **options)  # fmt: skip
    jitter(learner.online_encoder, learner.online_predictor)
    optimizer = torch.optim.Adam(learner.parameters(), lr=3e-4)
    for first, _ in views():
        optimizer.zero_grad()
        learner(first).backward()
        optimizer.step()
        learner.update_moving_average()
    online, target = learner.online_encoder, learner.target_encoder
    parts = Parts(
        online.get_representation, lambda x: online.projector(x), lambda x: learner.online_predictor(x),
        target.get_representation, lambda x: target.projector(x))  # fmt: skip
    form = random.choice(["state", "resume", "parallel", "net"])
    state = learner.state_dict()
    if form == "net":
        parts = Parts(online.get_representation)
        return Made(
            net.state_dict(), parts, modules=(learner,), model=learner, dialect="torchvision", sizes=sizes)
    tree = {
        "state": state,
        "resume": {"state_dict": state, "optimizer": optimizer.state_dict(), "epoch": 1, "step": 3},
        "parallel": nn.DataParallel(learner).state_dict(),
    }[form]
    return Made(tree, parts, modules=(learner,), model=learner, sizes=sizes)


@variant("lucidrains-0.5", "byol-pytorch 0.5.7")
def lucidrains_0_5(random, sizes):
    return lucidrains(random, sizes, "0.5.7")


@variant("lucidrains", "byol-pytorch 0.8.2")
def lucidrains_0_8(random, sizes):
    return lucidrains(random, sizes, "0.8.2")


@variant("lucidrains-0.9", "byol-pytorch 0.9.1")
def lucidrains_0_9(random, sizes):
    embeds = random.random() < 0.7
    made = lucidrains(
        random, sizes, "0.9.1", use_simplicial_embeddings=embeds,
        sem_num_simplices=random.randrange(2, 6))  # fmt: skip
    if not embeds:  # then it is what 0.8 was
        made.dialect = made.dialect or "lucidrains"
    return made


# lightly: its heads, its LARS, its linear classifier; the benchmark's own class is no part of the package.


def lightly_heads(sizes):
    """lightly's own projection and prediction heads."""
    libraries.torchvision()
    from lightly.models.modules import BYOLPredictionHead, BYOLProjectionHead

    return (
        BYOLProjectionHead(sizes.embedding, sizes.hidden, sizes.out),
        BYOLPredictionHead(sizes.out, sizes.predictor, sizes.out),
    )


def lightly_benchmark(sizes, steps=100):
    """The Lightning module of lightly's ImageNet benchmark, small."""
    libraries.torchvision()
    from lightly.models.utils import get_weight_decay_parameters
    from lightly.utils.benchmarking import OnlineLinearClassifier
    from lightly.utils.lars import LARS
    from lightly.utils.scheduler import CosineWarmupScheduler
    from pytorch_lightning import LightningModule

    class BYOL(LightningModule):
        def __init__(self, batch_size_per_device, num_classes):
            super().__init__()
            self.save_hyperparameters()
            self.backbone = resnet(sizes)
            self.projection_head, self.prediction_head = lightly_heads(sizes)
            self.teacher_backbone = copy.deepcopy(self.backbone)
            self.teacher_projection_head = lightly_heads(sizes)[0]
            self.online_classifier = OnlineLinearClassifier(sizes.embedding, num_classes, topk=(1,))

        def training_step(self, batch, index):
            follow(self.backbone, self.teacher_backbone, 0.9)
            follow(self.projection_head, self.teacher_projection_head, 0.9)
            first, second = batch
            features = self.backbone(first).flatten(1)
            prediction = self.prediction_head(self.projection_head(features))
            with torch.no_grad():
                goal = self.teacher_projection_head(self.teacher_backbone(second).flatten(1))
            labels = torch.arange(len(first)) % sizes.classes
            return loss(prediction, goal) + self.online_classifier.training_step((features, labels), index)[0]

        def configure_optimizers(self):
            decayed, others = get_weight_decay_parameters(
                [self.backbone, self.projection_head, self.prediction_head])
            groups = [
                {"name": "byol", "params": decayed},
                {"name": "byol_no_weight_decay", "params": others, "weight_decay": 0.0},
                {"name": "online_classifier", "params": self.online_classifier.parameters(),
                 "weight_decay": 0.0},
            ]  # fmt: skip
            optimizer = LARS(groups, lr=0.1, momentum=0.9, weight_decay=1e-6)
            scheduler = CosineWarmupScheduler(optimizer, warmup_epochs=2, max_epochs=steps)
            return [optimizer], [{"scheduler": scheduler, "interval": "step"}]

    model = BYOL(batch_size_per_device=6, num_classes=sizes.classes)
    jitter(model)
    return model


def trainer(folder=None, **options):
    """Lightning's trainer, which says nothing."""
    from pytorch_lightning import Trainer

    return Trainer(
        accelerator="cpu", logger=False, enable_progress_bar=False, enable_model_summary=False,
        default_root_dir=folder, enable_checkpointing=False, **options)  # fmt: skip


def fit(model, batches=None, checkpoint=None, **options):
    """Trains with Lightning."""
    from torch.utils.data import DataLoader

    running = trainer(**({"max_epochs": 1} | options))
    with open_logs():
        running.fit(model, DataLoader(batches or views(), batch_size=None), ckpt_path=checkpoint)
    return running


def open_logs():
    """Lightning's advice is kept out of the tests' output."""
    import logging
    import warnings

    stack = ExitStack()
    stack.enter_context(warnings.catch_warnings())
    warnings.simplefilter("ignore")
    for name in ["pytorch_lightning", "lightning.pytorch"]:
        logging.getLogger(name).setLevel(logging.ERROR)
    return stack


def saved_by(running):
    """A way to save that is Lightning's."""
    return lambda tree, path: running.save_checkpoint(path)


@variant("lightly-benchmark", "lightly 1.6.0's modules, pytorch-lightning 2.6.6")
def lightly_benchmarks(random, sizes):
    model = lightly_benchmark(sizes)
    running = fit(model)
    parts = Parts(
        model.backbone, model.projection_head, model.prediction_head, model.teacher_backbone,
        model.teacher_projection_head)  # fmt: skip
    return Made(None, parts, "ckpt", modules=(model,), model=model, save=saved_by(running), sizes=sizes)


def lightly_example_parts(sizes):
    backbone = children(resnet(sizes))
    projector, predictor = lightly_heads(sizes)
    parts = Parts(backbone, projector, predictor, copy.deepcopy(backbone), copy.deepcopy(projector))
    jitter(*vars(parts).values())
    parts.train(torch.optim.SGD(nn.ModuleList([backbone, projector, predictor]).parameters(), lr=0.06))
    return parts


@variant("lightly-example", "lightly 1.6.0's modules")
def lightly_example(random, sizes):
    parts = lightly_example_parts(sizes)
    model = nn.ModuleDict({
        "backbone": parts.encoder, "projection_head": parts.projector, "prediction_head": parts.predictor,
        "backbone_momentum": parts.target_encoder, "projection_head_momentum": parts.target_projector,
    })  # fmt: skip
    state = model.state_dict()
    return Made(random.choice([state, {"state_dict": state}]), parts, "pth", model=model, sizes=sizes)


@variant("lightly-high-level", "lightly 1.6.0's modules, outer class facts only")
def lightly_high_level(random, sizes):
    parts = lightly_example_parts(sizes)
    model = nn.ModuleDict({
        "backbone": parts.encoder, "projection_head": parts.projector, "prediction_head": parts.predictor,
        "momentum_backbone": parts.target_encoder, "momentum_projection_head": parts.target_projector,
    })  # fmt: skip
    return Made(model.state_dict(), parts, "pth", model=model, sizes=sizes)


# lightning-bolts


def listing(net):
    """A ResNet whose forward pass gives a list, as the package's own do."""
    net.forward = lambda images: [type(net).forward(net, images)]
    return net


@variant("lightning-bolts", "lightning-bolts 0.7.0, pytorch-lightning 2.6.6")
def lightning_bolts(random, sizes):
    net = listing(resnet(sizes))
    model = libraries.lightning_bolts()(
        learning_rate=0.01, base_encoder=net, encoder_out_dim=sizes.embedding, warmup_epochs=1,
        projector_hidden_dim=sizes.hidden, projector_out_dim=sizes.out, max_epochs=9, initial_tau=0.9,
        num_classes=sizes.classes)  # fmt: skip
    listing(model.target_network.encoder)  # a copy's forward pass is still the original's
    jitter(model)
    running = fit(model, [(pair, torch.zeros(len(pair[0]))) for pair in views()])
    parts = Parts(
        model.online_network.encode, lambda x: model.online_network.projector(x),
        lambda x: model.predictor(x), model.target_network.encode,
        lambda x: model.target_network.projector(x))  # fmt: skip
    return Made(None, parts, "ckpt", modules=(model,), model=model, save=saved_by(running), sizes=sizes)


# solo-learn


def solo_learn(random, sizes):
    """solo-learn 1.0.2's method, trained by its own steps."""
    sizes = sizes.but(stem=64, bottleneck=False) if sizes.small_stem else sizes.but(bottleneck=False)
    options = {
        "encoder": "resnet18", "num_classes": sizes.classes, "backbone_args": {"cifar": sizes.small_stem},
        "max_epochs": 10, "batch_size": 6, "optimizer": "sgd", "lars": random.random() < 0.7, "lr": 0.3,
        "weight_decay": 1e-6, "classifier_lr": 0.1, "exclude_bias_n_norm": random.random() < 0.5,
        "accumulate_grad_batches": 1, "extra_optimizer_args": {"momentum": 0.9}, "scheduler": "none",
        "min_lr": 0.0, "warmup_start_lr": 0.0, "warmup_epochs": 1, "num_large_crops": 2,
        "num_small_crops": 0, "base_tau_momentum": 0.9, "final_tau_momentum": 1.0,
        "momentum_classifier": False, "proj_output_dim": sizes.out, "proj_hidden_dim": sizes.hidden,
        "pred_hidden_dim": sizes.predictor,
    }  # fmt: skip

    def narrow(**_):
        net = resnet(sizes.but(small_stem=False))
        net.inplanes = sizes.embedding
        return net

    models = libraries.torchvision().models
    with libraries.solo_learn_encoders() as method, mock.patch.object(models, "resnet18", narrow):
        model = method(**options)
    jitter(model)
    optimizer = model.configure_optimizers()
    for first, second in views():
        optimizer.zero_grad()
        crops = [model(first), model(second)]
        goals = [model.base_momentum_forward(view)["feats"] for view in (first, second)]
        total = model._shared_step([crop["feats"] for crop in crops], goals)[0]
        labels = torch.arange(len(first)) % sizes.classes
        (total + nn.functional.cross_entropy(crops[0]["logits"], labels)).backward()
        optimizer.step()
        for pair in model.momentum_pairs:
            model.momentum_updater.update(*pair)
    parts = Parts(
        model.encoder, model.projector, model.predictor, model.momentum_encoder, model.momentum_projector)
    return model, optimizer, parts, sizes


def lightning(state, optimizer, step=3, **more):
    """The dictionary that Lightning saves, for models that today's trainer refuses."""
    return {
        "epoch": 1, "global_step": step, "pytorch-lightning_version": "1.6.4", "state_dict": state,
        "loops": None, "callbacks": {}, "optimizer_states": [optimizer.state_dict()],
        "lr_schedulers": [], **more,
    }  # fmt: skip


@variant("solo-learn-1.0", "solo-learn 1.0.2")
def solo_learn_1_0(random, sizes):
    model, optimizer, parts, sizes = solo_learn(random, sizes)
    return Made(lightning(model.state_dict(), optimizer), parts, "ckpt", model=model, sizes=sizes)


@variant("solo-learn", "solo-learn 1.0.2's class under main's names")
def solo_learn_main(random, sizes):
    model, optimizer, parts, sizes = solo_learn(random, sizes)
    names = {"encoder": "backbone", "momentum_encoder": "momentum_backbone"}
    state = {}
    for name, value in model.state_dict().items():
        first, _, rest = name.partition(".")
        state[f"{names.get(first, first)}.{rest}"] = value
    return Made(lightning(state, optimizer), parts, "ckpt", model=model, sizes=sizes)


# OpenMMLab


def optimizer_by_tensor(parameters, kind, **options):
    """One group per tensor, as OpenMMLab's constructors and yaox12's make them."""
    return kind([{"params": [parameter]} for parameter in parameters], **options)


def mmselfsup_model(sizes, registry=None, **head):
    """mmselfsup's own algorithm."""
    registry = registry or libraries.mmselfsup().MODELS
    neck = {"type": "NonLinearNeck", "num_layers": 2, "with_bias": True, "with_last_bn": False,
            "norm_cfg": {"type": "BN1d"}}  # fmt: skip
    backbone = {"type": "mmselfsup.ResNet", "depth": 50 if sizes.bottleneck else 18, "norm_cfg": {"type": "BN"},
                "stem_channels": sizes.stem, "base_channels": sizes.width}  # fmt: skip
    with libraries.mmselfsup_depth(sizes.blocks):
        return registry.build({
            "type": "BYOL", "base_momentum": 0.9, "backbone": backbone,
            "neck": neck | {"in_channels": sizes.embedding, "hid_channels": sizes.hidden,
                            "out_channels": sizes.out},
            "head": head | {"type": "LatentPredictHead",
                            "predictor": neck | {"in_channels": sizes.out, "hid_channels": sizes.predictor,
                                                 "out_channels": sizes.out, "with_avg_pool": False}},
        })  # fmt: skip


def pooled(net):
    """OpenMMLab's ResNet gives stages."""
    return lambda images: net(images)[0].mean((2, 3))


def necked(module):
    """Its necks take and give lists."""
    return lambda x: module([x[:, :, None, None] if module.with_avg_pool else x])[0]


@variant("mmselfsup-0.x", "mmselfsup 0.11.0 around the ResNet of 1.0.0")
def mmselfsup_0(random, sizes):
    sizes = sizes.but(small_stem=False)
    model = mmselfsup_model(sizes, libraries.mmselfsup_0())
    jitter(model)
    optimizer = optimizer_by_tensor(
        model.parameters(), libraries.mmselfsup().OPTIMIZERS.get("LARS"), lr=0.2, momentum=0.9)
    for first, second in views():
        optimizer.zero_grad()
        model.forward_train([first, second])["loss"].backward()
        optimizer.step()
        model.momentum_update()
    parts = Parts(
        pooled(model.backbone), necked(model.neck), necked(model.head.predictor),
        pooled(model.target_net[0]), necked(model.target_net[1]))  # fmt: skip
    tree = {"meta": {"epoch": 1, "iter": 3, "mmcv_version": "1.7.1"}, "state_dict": model.state_dict(),
            "optimizer": optimizer.state_dict()}  # fmt: skip
    return Made(tree, parts, "pth", modules=(model,), model=model, sizes=sizes)


@variant("mmselfsup", "mmselfsup 1.0.0, mmcls 1.0.0rc6, mmengine 0.10.7")
def mmselfsup(random, sizes):
    registry = libraries.mmselfsup()
    sizes = sizes.but(small_stem=False)
    model = mmselfsup_model(sizes, loss={"type": "CosineSimilarityLoss"})
    jitter(model)
    optimizer = optimizer_by_tensor(
        [p for p in model.parameters() if p.requires_grad], registry.OPTIMIZERS.get("LARS"), lr=0.2,
        momentum=0.9, weight_decay=1e-6)  # fmt: skip
    hub = libraries.message_hub()
    hub.update_info("max_iters", 10)
    for first, second in views():
        optimizer.zero_grad()
        total = model.loss([first, second], [])["loss"]
        hub.update_scalar("train/loss", total.item())
        total.backward()
        optimizer.step()

    target = model.target_net.module
    parts = Parts(
        pooled(model.backbone), necked(model.neck), necked(model.head.predictor), pooled(target[0]),
        necked(target[1]))  # fmt: skip
    tree = {
        "meta": {"epoch": 1, "iter": 3, "seed": 0, "experiment_name": "byol", "mmengine_version": "0.10.7"},
        "state_dict": model.state_dict(),
        "message_hub": hub.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    if random.random() < 0.3:  # as publish_model.py leaves it
        del tree["optimizer"], tree["message_hub"]
    return Made(tree, parts, "pth", modules=(model,), model=model, sizes=sizes)


# torchgeo


@variant("torchgeo", "torchgeo 0.8.1's BYOL around timm 1.0.31's ResNet")
def torchgeo(random, sizes):
    net = timm_resnet(sizes.but(small_stem=False), classes=sizes.classes)
    model = libraries.torchgeo()(
        net, (32, 32), in_channels=3, projection_size=sizes.out, hidden_size=sizes.hidden,
        augment_fn=nn.Identity())  # fmt: skip
    model.target(torch.zeros(2, 3, 32, 32))
    jitter(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for first, second in views():
        optimizer.zero_grad()
        with torch.no_grad():
            goal = model.target(second)
        loss(model(first), goal).backward()
        model.update_target()
        optimizer.step()

    def embedding(images):
        model.backbone(images)
        return model.backbone._embedding

    # The target's encoder is the online one, and so no network of its own.
    parts = Parts(embedding, lambda x: model.backbone.projector(x), lambda x: model.predictor(x))
    state = {f"model.{name}": value for name, value in model.state_dict().items()}
    task = {"model": "resnet50" if sizes.bottleneck else "resnet18", "weights": None, "in_channels": 3,
            "lr": 1e-3, "patience": 10}  # fmt: skip
    tree = lightning(state, optimizer, hparams_name="kwargs", hyper_parameters=task)
    return Made(tree, parts, "ckpt", modules=(model,), model=model, sizes=sizes)


# Backbones alone


def timm_resnet(sizes, classes=0):
    """timm's own ResNet, narrow."""
    libraries.torchvision()
    from timm.models.resnet import BasicBlock, Bottleneck, ResNet

    return ResNet(
        Bottleneck if sizes.bottleneck else BasicBlock, sizes.blocks, num_classes=classes,
        stem_width=sizes.stem, channels=tuple(sizes.width << stage for stage in range(4)),
        zero_init_last=False)  # fmt: skip


def warmed(net):
    """With batch-norm statistics of its own."""
    jitter(net)
    net.train()
    with torch.no_grad():
        for first, _ in views():
            net(first)
    return net


# Without its config.json nothing tells the file from torchvision's.
@variant("torchvision", "timm 1.0.31, safetensors 0.8.0")
def timm(random, sizes):
    from safetensors.torch import save_file

    net = warmed(timm_resnet(sizes))
    save = partial(save_file, metadata={"format": "pt"})
    return Made(net.state_dict(), Parts(net), "safetensors", model=net, save=save, sizes=sizes)


@variant("torchvision", "torchvision 0.28.0")
def torchvision(random, sizes):
    net = warmed(resnet(sizes, classes=sizes.classes))
    parts = Parts(lambda images: features(net, images))
    return Made(net.state_dict(), parts, "pth", modules=(net,), model=net, sizes=sizes)


def features(net, images):
    """What reaches `fc`."""
    found = []
    hook = net.fc.register_forward_pre_hook(lambda module, given: found.append(given[0]))
    net(images)
    hook.remove()
    return found[0]


# Projects that are no packages: their classes from what is known of them


@variant("sthalles", "facts only")
def sthalles(random, sizes):
    parts = networks(sizes, lambda sizes: children(resnet(sizes)))
    optimizer = torch.optim.SGD(
        [p for part in (parts.encoder, parts.projector, parts.predictor) for p in part.parameters()],
        lr=0.03, momentum=0.9, weight_decay=4e-4)  # fmt: skip
    parts.train(optimizer)

    def arm(encoder, projector):
        return nn.ModuleDict({"encoder": encoder, "projetion": nn.ModuleDict({"net": projector})})

    tree = {
        "online_network_state_dict": arm(parts.encoder, parts.projector).state_dict(),
        "target_network_state_dict": arm(parts.target_encoder, parts.target_projector).state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
    }
    parts.predictor = None  # the project does not save it
    return Made(tree, parts, "pth", sizes=sizes)


def named_mlp(sequence, first, norm, last):
    """The same MLP, its layers with names."""
    return nn.ModuleDict({first: sequence[0], norm: sequence[1], last: sequence[3]})


@variant("yaox12", "facts only")
def yaox12(random, sizes):
    parts = networks(sizes, lambda sizes: children(resnet(sizes)))

    def arm(encoder, projector):
        return nn.ModuleDict({"encoder": encoder, "projetion": named_mlp(projector, "l1", "bn1", "l2")})

    model = nn.ModuleDict({
        "online_network": arm(parts.encoder, parts.projector),
        "target_network": arm(parts.target_encoder, parts.target_projector),
        "predictor": nn.ModuleDict({"predictor": named_mlp(parts.predictor, "l1", "bn1", "l2")}),
    })  # fmt: skip
    online = [*model["online_network"].parameters(), *model["predictor"].parameters()]
    optimizer = optimizer_by_tensor(online, torch.optim.SGD, lr=0.1, momentum=0.9)
    parts.train(optimizer)
    state = model.state_dict()
    if random.random() < 0.5:
        state = {f"module.{name}": value for name, value in state.items()}
    tree = {"config": {"model": {"base_momentum": 0.99}}, "epoch": 1, "steps": 3, "model": state,
            "optimizer": optimizer.state_dict(), "amp": None}  # fmt: skip
    return Made(tree, parts, "pth.tar", model=model, sizes=sizes)


@variant("essential-byol", "facts only")
def essential_byol(random, sizes):
    parts = networks(sizes)

    def arm(encoder, projector):
        return nn.ModuleDict({"encoder": encoder, "projection": named_mlp(projector, "l1", "bn1", "l2")})

    model = nn.ModuleDict({
        "online_encoder": arm(parts.encoder, parts.projector),
        "momentum_encoder": arm(parts.target_encoder, parts.target_projector),
        "predictor": named_mlp(parts.predictor, "l1", "bn1", "l2"),
        "linear": nn.Linear(sizes.embedding, sizes.classes),
    })  # fmt: skip
    online = [*model["online_encoder"].parameters(), *model["predictor"].parameters()]
    optimizer = optimizer_by_tensor(online, torch.optim.SGD, lr=0.1, momentum=0.9)
    parts.train(optimizer)
    return Made(lightning(model.state_dict(), optimizer), parts, "ckpt", model=model, sizes=sizes)


@variant("openselfsup", "facts only")
def openselfsup(random, sizes):
    parts = networks(sizes.but(small_stem=False))
    model = nn.ModuleDict({
        "online_net": nn.Sequential(parts.encoder, nn.ModuleDict({"mlp": parts.projector})),
        "target_net": nn.Sequential(parts.target_encoder, nn.ModuleDict({"mlp": parts.target_projector})),
        "backbone": parts.encoder,
        "head": nn.ModuleDict({"predictor": nn.ModuleDict({"mlp": parts.predictor})}),
    })  # fmt: skip
    parts.train(torch.optim.SGD(model.parameters(), lr=0.1))
    tree = {"meta": {"epoch": 1, "iter": 3}, "state_dict": model.state_dict()}
    return Made(tree, parts, "pth", model=model, sizes=sizes)


@variant("passl", "facts only")
def passl(random, sizes):
    import pickle

    parts = networks(sizes.but(small_stem=False))
    parts.train(torch.optim.SGD(parts.encoder.parameters(), lr=0.1))
    model = nn.ModuleDict({
        "towers": nn.ModuleList([
            nn.Sequential(parts.encoder, nn.ModuleDict({"mlp": parts.projector})),
            nn.Sequential(parts.target_encoder, nn.ModuleDict({"mlp": parts.target_projector})),
        ]),
        "predictor": nn.ModuleDict({"mlp": parts.predictor}),
    })  # fmt: skip
    state = {}
    for name, value in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        name = name.replace("running_mean", "_mean").replace("running_var", "_variance")
        # Paddle's Linear holds [in, out].
        state[name] = np.ascontiguousarray(value.numpy().T if value.ndim == 2 else value.numpy())

    def save(tree, path):
        path.write_bytes(pickle.dumps(tree, protocol=4))

    return Made({"epoch": 1, "state_dict": state}, parts, "pdparams", model=model, save=save, sizes=sizes)


@variant("untitled-ai", "facts only")
def untitled_ai(random, sizes):
    parts = networks(sizes)
    model = nn.ModuleDict({
        "model": parts.encoder, "projection_model": nn.ModuleDict({"net": parts.projector}),
        "prediction_model": nn.ModuleDict({"net": parts.predictor}), "lagging_model": parts.target_encoder,
        "lagging_projection_model": nn.ModuleDict({"net": parts.target_projector}),
    })  # fmt: skip
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    parts.train(optimizer)
    return Made(lightning(model.state_dict(), optimizer), parts, "ckpt", model=model, sizes=sizes)
