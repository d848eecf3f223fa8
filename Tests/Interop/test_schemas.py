"""The JSON Schemas say what the tools write, all of it, and nothing more.

Real documents are valid. Then every field of them is spoiled in turn, and the fields that may be spoiled
are listed here, so that a schema that says too little shows.
"""

import pytest
from jsonschema import Draft202012Validator
from schemas import NAMES, changed, collect, complaint, fields, registry, schema, trimmed


def inside(name, fields_):
    """The fields of a document that is the field `name` of another."""
    return " ".join(f"{name}/{field}" for field in fields_.split())


# Fields of a recipe that a dialect can state.
IN_DIALECT = """
    loss augmentation optimizer optimizer/excludes optimizer/variant optimizer/hyperparameters/*
    schedule tau tau/base tau/divisor target_bn step_counts random"""

# Fields of a record of a cast.
CAST = "types/* engine unmeasured"
CASTS = f"casts {inside('casts/*', CAST)}"

# What a report of several conversions holds of each.
REPORT_OPTIONAL = f"fingerprints/* mapping mapping/*/axes made/* cast {inside('cast', CAST)}"
REPORT_TEXT = f"""
    source/path output/path architecture checks/*/detail left_out/*/names/* notes/* mapping/*/source
    mapping/*/native {inside('cast', "engine unmeasured")}"""

# Fields of health that are absent, free text and free numbers.
HEALTH_OPTIONAL = """
    features features/projection features/projection/labels features_missing target target/all/cosine
    target/all/distance target/all/tau target/lag target/lag/implied_steps target/lag/implied_tau
    target/lag_missing target/layers/*/cosine target/layers/*/distance target/layers/*/tau"""
HEALTH_TEXT = """
    features/engine features/projection/classes/* features/source features_missing findings/*/advice
    findings/*/message findings/*/place target/lag_missing"""
HEALTH_NUMBERS = """
    features/projection/points/*/* target/all/cosine target/layers/*/cosine tensors/*/histogram/high
    tensors/*/histogram/low tensors/*/max tensors/*/mean tensors/*/min"""

# Fields that are absent where there is nothing to say.
OPTIONAL = {
    "comparison": """
        sentences/*/role roles/*/relative roles/*/same_as target target/residual target/steps target/tau
        tensors/*/difference tensors/*/same_as tensors/*/difference/relative
        tensors/*/difference/relative_l2 tensors/*/difference/ulp tensors/*/difference/cosine""",
    "contract": "encoder/stem/pad",
    "convert-batch": inside("conversions/*/report", "fingerprints/*"),
    "convert-report": REPORT_OPTIONAL,
    "dialect": f"""
        source checked licence arrange order spellings maps maps/* maps/*/* variables variables/*
        variables/*/from records records/* places places/* rules/* rules/*/*/at rules/*/*/axes
        rules/*/*/derived forms/*/formats forms/*/anchor forms/*/prefix forms/*/frame
        forms/*/requires forms/*/forbids forms/*/containers forms/*/containers/* forms/*/constants
        forms/*/constants/* forms/*/mounts/*/root forms/*/mounts/*/alias forms/*/mounts/*/biases
        forms/*/mounts/*/conv_biases
        forms/*/mounts/*/bind forms/*/mounts/*/bind/* forms/*/optimizer forms/*/optimizer/at
        forms/*/optimizer/group_per_tensor forms/*/optimizer/defaults
        forms/*/optimizer/defaults/* forms/*/optimizer/groups forms/*/optimizer/groups/*/kind
        forms/*/optimizer/groups/*/values forms/*/optimizer/groups/*/values/* contract/stem/*
        contract/stem/*/pad contract/stride_at/* contract/sem initialiser cannot_tell cannot_tell/*
        cannot_hold recipe {inside("recipe", IN_DIALECT)}""",
    "embed-report": """
        output layers/* classes classes/*/top/*/name""",
    "evaluation-report": "written",
    "health": HEALTH_OPTIONAL,
    "inspection": f"""
        form source source/sha256 source_dialect source_dialect/spelling source_dialect/variables/*
        counts made made/* licence published_licence created_by roles/*/fingerprint fingerprint
        tensors/*/statistics run run/data run/augmentation health
        {inside("health", HEALTH_OPTIONAL)} """
    + CASTS,
    "layout-report": "findings/*/offset rules/*",
    "pictures-report": """
        stages/*/relative_l2 stages/*/worst_l2 stages/*/cosine stages/*/top1_agreement""",
    "provenance": """
        source source/sha256 dialect dialect/spelling dialect/variables/* counts origins/*
        fingerprints/* licence made made/* attributes attributes/online/heads/shapes """
    + CASTS,
    "recipe": f"step {IN_DIALECT} optimizer/last_lr",
    "sidecar": f"""
        contract/encoder/stem/pad origins/* made made/* licence recipe/step recipe/optimizer/last_lr
        {CASTS}
        {inside("recipe", IN_DIALECT)}""",
    "train-report": "checkpoint first_loss last_loss images_per_second findings/*/consequence",
    "tree": "entries/*/*/axes entries/*/*/order entries/*/*/big_endian entries/*/*/sha256",
    "verification": "probe probe_missing",
    "verify-report": """
        diagnosis diagnosis/comparison/outputs/*/error diagnosis/comparison/outputs/*/relative_l2
        diagnosis/rounding diagnosis/first_diverging_stage diagnosis/explained_error same_function
        outputs/*/error""",
}

# Texts that are for people, or names that others chose.
FREE_TEXT = {
    "comparison": """
        a/path a/architecture b/path b/architecture sentences/*/text contract/*/* recipe/*/* notes/*""",
    "convert-batch": """
        conversions/*/source conversions/*/output conversions/*/failure
        conversions/*/report/source/path conversions/*/report/output/path
        conversions/*/report/architecture conversions/*/report/checks/*/detail""",
    "convert-report": REPORT_TEXT,
    "dialect": """
        title source licence maps/*/* variables/*/default places/*/*/* rules/*/*/at rules/*/*/native
        rules/*/*/dialect forms/*/name forms/*/mounts/*/dialect forms/*/mounts/*/native
        forms/*/mounts/*/bind/* forms/*/mounts/*/rules forms/*/formats/* forms/*/anchor
        forms/*/prefix forms/*/frame forms/*/requires/* forms/*/forbids/* forms/*/containers/*
        forms/*/constants/* forms/*/optimizer/at forms/*/optimizer/groups/*/under/*
        forms/*/optimizer/groups/*/values/* fragments/* records/*/* cannot_tell/* cannot_hold/*""",
    "embed-report": """
        left_out/*/name left_out/*/reason output engine classes/*/name classes/*/top/*/name""",
    "evaluation-report": """
        engine settings/*/name settings/*/value others/*/settings/*/name others/*/settings/*/value
        notes/* written""",
    "health": HEALTH_TEXT,
    "inspection": f"""
        path form source/name source_dialect/form source_dialect/variables/* licence published_licence
        created_by architecture contract/*/value recipe/*/value verification/* notes/*
        casts/*/engine casts/*/unmeasured
        run/augmentation {inside("health", HEALTH_TEXT)}""",
    "layout-report": """
        path findings/*/place findings/*/expected findings/*/found rules/* unchecked/*/reason""",
    "pictures-report": """
        path left_out/*/name left_out/*/reason engine first second contract/*/*""",
    "provenance": """
        casts/*/engine casts/*/unmeasured source/name dialect/form dialect/variables/* created_by licence
        attributes/online/heads/shapes""",
    "sidecar": "casts/*/engine casts/*/unmeasured licence",
    "train-report": """
        checkpoint output architecture findings/*/field findings/*/value findings/*/consequence engine
        corrupt/*/name corrupt/*/reason""",
    "tree": "kind entries/*/*",
    "verification": "probe/engine probe_missing",
    "verify-report": """
        path verdicts/*/detail findings/* diagnosis/reference diagnosis/engine
        diagnosis/comparison/outputs/*/name diagnosis/first_diverging_stage
        diagnosis/explanation/*/subject diagnosis/explanation/*/stated diagnosis/explanation/*/found
        diagnosis/explanation/*/sentence first second roles/*/detail contract/*/* engine""",
}

# Numbers that may be negative fractions.
FREE_NUMBERS = {
    "comparison": "tensors/*/difference/cosine",
    "contract": "input/mean/*",
    "dialect": """
        contract/input/mean/* recipe/loss/constant recipe/optimizer/hyperparameters/*
        forms/*/optimizer/defaults/* forms/*/optimizer/defaults/*/*
        forms/*/optimizer/groups/*/values/*""",
    "evaluation-report": "settings/*/value others/*/settings/*/value",
    "health": HEALTH_NUMBERS,
    "inspection": f"""
        contract/*/value contract/*/value/* recipe/*/value tensors/*/statistics/min
        tensors/*/statistics/max tensors/*/statistics/mean
        {inside("health", HEALTH_NUMBERS)}""",
    "pictures-report": "stages/*/cosine",
    "recipe": "loss/constant optimizer/hyperparameters/*",
    "sidecar": """
        contract/input/mean/* recipe/loss/constant recipe/optimizer/hyperparameters/*""",
    "train-report": "first_loss last_loss",
    "verification": "probe/stages/*/mean probe/stages/*/dot",
}

# Constants that a framework's own files have as None.
NULLABLE = {
    "dialect": """
        forms/*/constants/* forms/*/optimizer/defaults/* forms/*/optimizer/groups/*/values/*""",
}


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    """Lists of documents by the name of their schema."""
    found = {name: [] for name in NAMES}
    for name, document in collect(tmp_path_factory.mktemp("documents")):
        found[name].append(document)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_and_its_references_lead_somewhere(name):
    Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$id"] == f"{name}.schema.json"
    resolver = registry().resolver(base_uri=schema(name)["$id"])
    for reference in references(schema(name)):
        assert isinstance(resolver.lookup(reference).contents, dict), reference


def references(node):
    """The values of every $ref."""
    if isinstance(node, dict):
        yield from ([node["$ref"]] if "$ref" in node else [])
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from references(item)


@pytest.mark.parametrize("name", NAMES)
def test_every_document_is_valid(name, documents):
    assert documents[name]
    for document in documents[name]:
        assert complaint(name, document) is None


def accepted(name, documents, change, suits=lambda value: True):
    """The fields that stay valid when `change` is made to them, and all fields that it was made to."""
    tried, valid = set(), set()
    for document in map(trimmed, documents[name]):
        for path, field in fields(document):
            value = document
            for key in path:
                value = value[key]
            is_item = isinstance(path[-1], int)
            if field in tried or not suits(value) or (is_item and change in KEYS_ONLY):
                continue
            tried.add(field)
            if complaint(name, changed(document, path, change)) is None:
                valid.add(field)
    return valid


def remove(parent, key):
    del parent[key]


def put_null(parent, key):
    parent[key] = None


def put_text(parent, key):
    parent[key] = "~ no such word"


def put_number(parent, key):
    parent[key] = -0.5


def put_list_in_object(parent, key):
    parent[key] = {"unexpected": [None]}


def add_key(parent, key):
    parent["unexpected"] = {"key": [None]}


KEYS_ONLY = {remove, add_key}


def is_text(value):
    return isinstance(value, str)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@pytest.mark.parametrize("name", NAMES)
def test_a_document_without_a_key_is_refused(name, documents):
    assert accepted(name, documents, remove) == set(OPTIONAL.get(name, "").split())


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_key_is_refused_everywhere(name, documents):
    assert accepted(name, documents, add_key) == set()


@pytest.mark.parametrize("name", NAMES)
def test_null_and_objects_are_refused_everywhere(name, documents):
    assert accepted(name, documents, put_null) == set(NULLABLE.get(name, "").split())
    assert accepted(name, documents, put_list_in_object) == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_word_is_refused(name, documents):
    assert accepted(name, documents, put_text, is_text) == set(FREE_TEXT.get(name, "").split())


@pytest.mark.parametrize("name", NAMES)
def test_a_negative_fraction_is_refused(name, documents):
    assert accepted(name, documents, put_number, is_number) == set(FREE_NUMBERS.get(name, "").split())
