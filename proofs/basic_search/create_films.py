"""Answers that prove the check of `create_films` in exercise 01_basic_search."""

from pymilvus import CollectionSchema, DataType, FieldSchema

from vdbcourse.authoring.proof.answers import equivalent, right, wrong


def film_schema(client, dim, **options):
    """The schema of the task, with other options."""
    schema = client.create_schema(**options)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("title", DataType.VARCHAR, max_length=500)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    return schema


def vector_index(client, index_type="FLAT", metric_type="COSINE"):
    """The parameters of an index on the vectors."""
    index = client.prepare_index_params()
    index.add_index("vector", index_type=index_type, metric_type=metric_type)
    return index


@wrong("the quick set-up: no title, every key accepted", says="quick set-up")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(name, dimension=dim, metric_type="COSINE", consistency_level="Strong")


@wrong("metric L2", says="L2 depends on lengths")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(
        name, schema=film_schema(client, dim), index_params=vector_index(client, metric_type="L2")
    )


@wrong("metric IP", says="prefers long vectors")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(
        name, schema=film_schema(client, dim), index_params=vector_index(client, metric_type="IP")
    )


@wrong("the index left to Milvus", says="AUTOINDEX leaves the choice")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(
        name, schema=film_schema(client, dim), index_params=vector_index(client, "AUTOINDEX")
    )


@wrong("HNSW, as in most tutorials", says="may miss near films")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(
        name, schema=film_schema(client, dim), index_params=vector_index(client, "HNSW")
    )


@wrong("no index", says="has no index")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(name, schema=film_schema(client, dim))
    client.load_collection(name)


@wrong("auto_id on", says="numbers the films itself")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(
        name, schema=film_schema(client, dim, auto_id=True), index_params=vector_index(client)
    )


@wrong("the dynamic field on", says="Leave the dynamic field off")
def create_films(client, name, dim):
    client.drop_collection(name)
    schema = film_schema(client, dim, enable_dynamic_field=True)
    client.create_collection(name, schema=schema, index_params=vector_index(client))


@wrong("dim fixed at 384", says="how many numbers a vector has")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(
        name, schema=film_schema(client, 384), index_params=vector_index(client)
    )


@wrong("an index without a metric", says="`add_index` needs `metric_type=...`")
def create_films(client, name, dim):
    client.drop_collection(name)
    index = client.prepare_index_params()
    index.add_index("vector", index_type="FLAT")
    client.create_collection(name, schema=film_schema(client, dim), index_params=index)


@wrong("the schema in the second position", says="write `schema=schema`")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(name, film_schema(client, dim), index_params=vector_index(client))


@wrong("the older collection not dropped", says="Drop the existing collection")
def create_films(client, name, dim):
    client.create_collection(
        name, schema=film_schema(client, dim), index_params=vector_index(client)
    )


@wrong("the older collection kept", says="it is still there")
def create_films(client, name, dim):
    if not client.has_collection(name):
        client.create_collection(
            name, schema=film_schema(client, dim), index_params=vector_index(client)
        )
    client.delete(name, filter="id >= 0")


@wrong(
    "other collections dropped as well",
    says="Drop only the collection called `name`",
)
def create_films(client, name, dim):
    for old in client.list_collections():
        if old.startswith(name):
            client.drop_collection(old)
    client.create_collection(
        name, schema=film_schema(client, dim), index_params=vector_index(client)
    )


@wrong("a title of 50 characters", says="longer than `max_length`")
def create_films(client, name, dim):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("title", DataType.VARCHAR, max_length=50)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    client.drop_collection(name)
    client.create_collection(name, schema=schema, index_params=vector_index(client))


@wrong("a string as id", says="The number identifies a film")
def create_films(client, name, dim):
    schema = client.create_schema()
    schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=50)
    schema.add_field("title", DataType.VARCHAR, max_length=500)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    client.drop_collection(name)
    client.create_collection(name, schema=schema, index_params=vector_index(client))


@wrong("only the schema made", says="no collection with the name")
def create_films(client, name, dim):
    client.drop_collection(name)
    return film_schema(client, dim), vector_index(client)


@wrong("never loaded", says="A Milvus server searches only loaded collections")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(name, schema=film_schema(client, dim), consistency_level="Strong")
    client.create_index(name, vector_index(client))


@wrong("the older collection renamed", says="under another name")
def create_films(client, name, dim):
    if client.has_collection(name):
        client.rename_collection(name, f"{name}_old")
    client.create_collection(
        name, schema=film_schema(client, dim), index_params=vector_index(client)
    )


@right("fields as objects; index and load one by one")
def create_films(client, name, dim):
    if client.has_collection(name):
        client.drop_collection(name)
    fields = [
        FieldSchema("id", DataType.INT64, is_primary=True),
        FieldSchema("vector", DataType.FLOAT_VECTOR, dim=dim),
        FieldSchema("title", DataType.VARCHAR, max_length=500),
    ]
    client.create_collection(
        collection_name=name, schema=CollectionSchema(fields), consistency_level="Strong"
    )
    client.create_index(name, vector_index(client))
    client.load_collection(name)


@right("a chain of calls, all defaults written out, the name returned")
def create_films(client, name, dim):
    client.drop_collection(name)
    schema = (
        client.create_schema(auto_id=False, enable_dynamic_field=False)
        .add_field("id", datatype=DataType.INT64, is_primary=True, auto_id=False)
        .add_field("title", datatype=DataType.VARCHAR, max_length=500)
        .add_field("vector", datatype=DataType.FLOAT_VECTOR, dim=dim)
    )
    client.create_collection(
        name, schema=schema, index_params=vector_index(client), consistency_level=0
    )
    return name


equivalent(
    'client.create_collection( name, schema=schema, index_params=index, consistency_level="Strong",'
    " ) -> client.create_collection(name, schema=schema, index_params=index)",
    reason="Milvus Lite calls every collection Strong; on a server the check sees the difference.",
)
