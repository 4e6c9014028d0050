"""Played engines: small local stand-ins for what no test machine runs - Pinecone's cloud, a
Weaviate and a Vespa server.

They speak the wire that the real client libraries speak, keep everything in memory and answer by
comparing every vector. They prove that a snippet calls an interface that exists and sends what the
engine's documentation asks for. They prove nothing about the engines themselves: no timing, no
limit and no ranking of a played engine says anything of the real one. What is not played answers
501 (over gRPC: UNIMPLEMENTED) and says so, and is noted in `unplayed`.

    with played.Weaviate() as server:
        os.environ |= server.environment
"""

from played.pinecone_cloud import Pinecone
from played.vespa_server import Vespa
from played.weaviate_server import Weaviate

__all__ = ["Pinecone", "Vespa", "Weaviate"]
