package io.chunkserver.core;

import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The stores and deletes of which this server is the primary: on which servers, and on which volume of this one. Thread-safe; nothing
 * waits.
 */
final class PrimaryStores {

    private final Volumes volumes;
    private final MasterSessions masters;
    private final SelfMember self;

    /** That of the last one. */
    private volatile @Nullable Volume lastUsed;

    PrimaryStores(Volumes volumes, MasterSessions masters, SelfMember self) {
        this.volumes = volumes;
        this.masters = masters;
        this.self = self;
    }

    /** On this server and these, as {@link ChunkServer#begin(StoreRequest, List)}. */
    CompletionStage<ChunkWriter> begin(StoreRequest request, List<String> replicas) {
        return answeredAtOnce(request)
                .orElseGet(() -> volumes.first().chain().order(replicas).thenApply(chain -> begin(chain, request)));
    }

    /** Where a master says, as {@link ChunkServer#begin(StoreRequest, int)}. */
    CompletionStage<ChunkWriter> begin(StoreRequest request, int copies) {
        if (masters.none() && copies <= 1) {
            return begin(request, List.of());
        }
        return answeredAtOnce(request).orElseGet(() -> {
            Member here = self.get();
            PlacementRequest placement = new PlacementRequest(
                    request.chunk(), request.maxLengthBytes(), copies, here.location(), here.id(), Set.of());
            return masters.place(placement)
                    .thenCompose(place -> begin(request.placedIn(place.epoch()), othersOf(request, place)));
        });
    }

    /** What is done already, or cannot be done whoever the others are. */
    private Optional<CompletionStage<ChunkWriter>> answeredAtOnce(StoreRequest request) {
        Optional<ChunkWriter> remembered = volumes.all().stream()
                .flatMap(volume -> volume.coordinator().remembered(request).stream())
                .findFirst();
        if (remembered.isPresent()) {
            return Optional.of(CompletableFuture.completedFuture(remembered.get()));
        }
        return volumes.refusalUntilMoved(request.chunk(), request.tombstone(), request.maxLengthBytes())
                .or(() -> volumes.refusal(request))
                .map(why -> CompletableFuture.failedFuture(
                        why.at(self.get().id()).in(request.transaction()).toException()));
    }

    private ChunkWriter begin(List<Member> chain, StoreRequest request) {
        try (Volumes.Claim claim = volumes.claim(request.chunk(), request.maxLengthBytes())) {
            lastUsed = claim.volume();
            return claim.volume().coordinator().begin(request, chain);
        }
    }

    private List<String> othersOf(StoreRequest request, ChunkCopies place) {
        ServerId here = self.get().id();
        if (place.members().stream().noneMatch(member -> member.id().equals(here))) {
            throw new CompletionException(notAMember(request, place, here));
        }
        return place.members().stream()
                .filter(member -> !member.id().equals(here))
                .map(Member::address)
                .toList();
    }

    private static ChunkServerException notAMember(StoreRequest request, ChunkCopies place, ServerId here) {
        return Failure.of(
                        ErrorCode.NOT_A_MEMBER,
                        "chunk " + request.chunk() + " belongs on servers "
                                + place.members().stream()
                                        .map(member -> member.id() + " at " + member.address())
                                        .collect(Collectors.joining(", ")))
                .withHint("send it to the first of them")
                .at(here)
                .in(request.transaction())
                .toException();
    }

    /** The members of the last one, the primary first; empty when there was none since the start. */
    List<ServerId> lastChain() {
        Volume last = lastUsed;
        return last == null
                ? List.of()
                : last.coordinator().lastChain().stream().map(Member::id).toList();
    }
}
