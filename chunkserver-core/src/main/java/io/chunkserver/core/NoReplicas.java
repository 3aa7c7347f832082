package io.chunkserver.core;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.replication.Replica;
import io.chunkserver.core.replication.Replicas;
import io.chunkserver.core.replication.UnreachableReplica;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The other servers of a server that was given no way to reach any: all of them are unreachable. */
final class NoReplicas implements Replicas {

    @Override
    public Replica peer(Member member) {
        return new UnreachableReplica(member, unreachable(member.toString()).at(member.id()));
    }

    @Override
    public CompletionStage<Member> identify(String address) {
        return CompletableFuture.failedFuture(unreachable("at " + address).toException());
    }

    private static Failure unreachable(String server) {
        return Failure.of(
                ErrorCode.UNREACHABLE, "server " + server + " cannot be reached: this server has no transport");
    }
}
