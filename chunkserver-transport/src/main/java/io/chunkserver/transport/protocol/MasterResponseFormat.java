package io.chunkserver.transport.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import java.time.Duration;
import java.util.Optional;

/** A master's responses as JSON objects; see {@link ResponseFormat} for what they have in common with the others. */
final class MasterResponseFormat {

    private MasterResponseFormat() {}

    static void encode(ObjectNode json, MasterResponse response) {
        if (response instanceof MasterResponse.Heartbeat heartbeat) {
            json.put("kind", "heartbeat")
                    .put("registered", heartbeat.reply().registered())
                    .put("epoch", heartbeat.reply().epoch());
            var orders = json.putArray("orders");
            heartbeat.reply().orders().forEach(order -> orders.add(MembershipJson.order(order)));
        } else if (response instanceof MasterResponse.Copies copies) {
            json.put("kind", "copies")
                    .put("chunk", copies.copies().chunk().toString())
                    .put("version", copies.copies().version().number());
            ModelJson.members(json.putArray("members"), copies.copies().members());
            json.put("epoch", copies.copies().epoch());
        } else if (response instanceof MasterResponse.ClusterChunks list) {
            var chunks = json.put("kind", "cluster_chunks").putArray("chunks");
            list.chunks().forEach(listed -> chunks.add(MembershipJson.listedChunk(listed)));
        } else if (response instanceof MasterResponse.Needed needed) {
            json.put("kind", "needed").put("needed", needed.chunks());
        } else if (response instanceof MasterResponse.ClusterStatus status) {
            encodeStatus(json.put("kind", "cluster_status"), status.status());
            json.put("more", status.more());
        } else {
            throw new AssertionError("no form is known for " + response.getClass());
        }
    }

    /** Empty when the kind is none of a master's. */
    static Optional<MasterResponse> decode(String kind, FieldReader fields) throws ChunkServerException {
        return Optional.ofNullable(
                switch (kind) {
                    case "heartbeat" -> new MasterResponse.Heartbeat(decodeReply(fields));
                    case "copies" ->
                        new MasterResponse.Copies(new ChunkCopies(
                                fields.value("chunk", ChunkId::parse),
                                new ChunkVersion(fields.number("version")),
                                fields.objects("members", ModelJson::member),
                                epoch(fields)));
                    case "cluster_chunks" ->
                        new MasterResponse.ClusterChunks(fields.objects("chunks", MembershipJson::listedChunk));
                    case "needed" -> new MasterResponse.Needed(fields.count("needed"));
                    case "cluster_status" ->
                        new MasterResponse.ClusterStatus(decodeStatus(fields), fields.flag("more"));
                    default -> null;
                });
    }

    private static HeartbeatReply decodeReply(FieldReader fields) throws ChunkServerException {
        return new HeartbeatReply(
                fields.flag("registered"),
                epoch(fields),
                fields.objects("orders", MembershipJson::order).stream()
                        .flatMap(Optional::stream)
                        .toList());
    }

    /** Left out by masters that know of no election. */
    private static long epoch(FieldReader fields) throws ChunkServerException {
        return fields.has("epoch") ? fields.count("epoch") : 0;
    }

    private static void encodeStatus(ObjectNode json, ClusterStatus status) {
        json.put("name", status.name())
                .put("uptimeMillis", status.uptime().toMillis())
                .put("replication", status.replication())
                .put("chunks", status.chunks())
                .put("underReplicated", status.underReplicated())
                .put("withoutCopy", status.withoutCopy())
                .put("conflicting", status.conflicting())
                .put("stale", status.stale())
                .put("settled", status.settled())
                .put("leading", status.leading())
                .put("epoch", status.epoch());
        var members = json.putArray("members");
        status.members().forEach(member -> members.add(MembershipJson.memberStatus(member)));
    }

    private static ClusterStatus decodeStatus(FieldReader fields) throws ChunkServerException {
        return new ClusterStatus(
                fields.text("name"),
                Duration.ofMillis(fields.count("uptimeMillis")),
                fields.smallCount("replication"),
                fields.objects("members", MembershipJson::memberStatus),
                fields.count("chunks"),
                fields.count("underReplicated"),
                fields.count("withoutCopy"),
                fields.count("conflicting"),
                fields.has("stale") ? fields.count("stale") : 0,
                !fields.has("settled") || fields.flag("settled"),
                !fields.has("leading") || fields.flag("leading"),
                epoch(fields));
    }
}
