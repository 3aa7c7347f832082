package io.chunkserver.transport.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.membership.Heartbeat;
import io.chunkserver.core.membership.Incarnation;
import io.chunkserver.core.membership.ListedChunk;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.space.SpaceSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The words of a master and its servers, as JSON objects or as fields of one. */
final class MembershipJson {

    private MembershipJson() {}

    static void incarnation(ObjectNode target, Incarnation server) {
        target.put("serverId", server.id().value())
                .put("uuid", server.uuid().toString())
                .put("bootCount", server.bootCount());
    }

    static Incarnation incarnation(FieldReader fields) throws ChunkServerException {
        return new Incarnation(
                fields.value("serverId", ServerId::new), fields.uuid("uuid"), fields.number("bootCount"));
    }

    static void registration(ObjectNode target, Registration registration) {
        incarnation(target, registration.server());
        target.put("address", registration.member().address());
        ModelJson.location(target, registration.member().location());
        target.put("formatVersion", registration.formatVersion())
                .put("spaceLimitBytes", registration.spaceLimitBytes())
                .put("chunkSizeLimitBytes", registration.chunkSizeLimitBytes());
        if (!registration.heartbeatInterval().isZero()) {
            target.put("heartbeatMillis", registration.heartbeatInterval().toMillis());
        }
    }

    static Registration registration(FieldReader fields) throws ChunkServerException {
        Incarnation server = incarnation(fields);
        return new Registration(
                server,
                new Member(server.id(), fields.text("address"), ModelJson.location(fields)),
                fields.smallCount("formatVersion"),
                fields.number("spaceLimitBytes"),
                fields.number("chunkSizeLimitBytes"),
                Duration.ofMillis(fields.has("heartbeatMillis") ? fields.count("heartbeatMillis") : 0));
    }

    static void heartbeat(ObjectNode target, Heartbeat heartbeat) {
        SpaceSnapshot space = heartbeat.space();
        incarnation(target, heartbeat.server());
        ModelJson.location(target, heartbeat.location());
        target.put("state", FieldReader.word(heartbeat.state()))
                .put("reason", heartbeat.reason())
                .put("limitBytes", space.limitBytes())
                .put("usedBytes", space.usedBytes())
                .put("reservedBytes", space.reservedBytes())
                .put("freeBytes", space.freeBytes())
                .put("availableBytes", space.availableBytes())
                .put("openTransactions", heartbeat.openTransactions())
                .put("inDoubt", heartbeat.inDoubt())
                .put("openOrders", heartbeat.openOrders());
    }

    static Heartbeat heartbeat(FieldReader fields) throws ChunkServerException {
        return new Heartbeat(
                incarnation(fields),
                ModelJson.location(fields),
                fields.word("state", ServerState.class),
                fields.text("reason"),
                new SpaceSnapshot(
                        fields.number("limitBytes"),
                        fields.number("usedBytes"),
                        fields.number("reservedBytes"),
                        fields.number("freeBytes"),
                        fields.number("availableBytes")),
                fields.smallCount("openTransactions"),
                fields.smallCount("inDoubt"),
                fields.smallCount("openOrders"));
    }

    static ObjectNode order(Order order) {
        ObjectNode json = Json.object();
        List<Member> servers;
        if (order instanceof Order.Copy copy) {
            json.put("order", "copy").put("tombstone", copy.tombstone());
            servers = copy.sources();
        } else if (order instanceof Order.Remove remove) {
            json.put("order", "remove");
            servers = remove.keepers();
        } else {
            throw new AssertionError("no form is known for " + order.getClass());
        }
        json.put("chunk", order.chunk().toString())
                .put("version", order.version().number())
                .put("transaction", order.transaction().toString());
        ModelJson.members(json.putArray("servers"), servers);
        return json;
    }

    /** Empty for an order of a later version, which this one cannot follow: the others are good nevertheless. */
    static Optional<Order> order(FieldReader fields) throws ChunkServerException {
        String word = fields.text("order");
        if (!word.equals("copy") && !word.equals("remove")) {
            return Optional.empty();
        }
        ChunkId chunk = fields.value("chunk", ChunkId::parse);
        ChunkVersion version = new ChunkVersion(fields.number("version"));
        TransactionId transaction = fields.value("transaction", TransactionId::parse);
        List<Member> servers = fields.objects("servers", ModelJson::member);
        return Optional.of(
                word.equals("copy")
                        ? new Order.Copy(chunk, version, transaction, fields.flag("tombstone"), servers)
                        : new Order.Remove(chunk, version, transaction, servers));
    }

    static ObjectNode listedChunk(ListedChunk listed) {
        return ModelJson.chunkInfo(listed.info()).put("copies", listed.copies());
    }

    static ListedChunk listedChunk(FieldReader fields) throws ChunkServerException {
        return new ListedChunk(ModelJson.chunkInfo(fields), fields.smallCount("copies"));
    }

    static ObjectNode memberStatus(MemberStatus status) {
        ObjectNode json = Json.object()
                .put("liveness", FieldReader.word(status.liveness()))
                .put("copies", status.copies() + status.tombstones())
                .put("tombstones", status.tombstones())
                .put("openOrders", status.openOrders());
        registration(json.putObject("registration"), status.registration());
        if (status.lastHeartbeat() != null) {
            heartbeat(json.putObject("lastHeartbeat"), status.lastHeartbeat());
        }
        return json;
    }

    static MemberStatus memberStatus(FieldReader fields) throws ChunkServerException {
        // Left out by masters that do not tell them apart.
        long tombstones = fields.has("tombstones") ? fields.count("tombstones") : 0;
        return new MemberStatus(
                registration(fields.object("registration")),
                fields.word("liveness", MemberStatus.Liveness.class),
                fields.has("lastHeartbeat") ? heartbeat(fields.object("lastHeartbeat")) : null,
                fields.count("copies") - tombstones,
                tombstones,
                fields.smallCount("openOrders"));
    }

    static void locationIfAny(ObjectNode target, String field, @Nullable Location location) {
        if (location != null) {
            ModelJson.location(target.putObject(field), location);
        }
    }

    static @Nullable Location locationIfAny(FieldReader fields, String field) throws ChunkServerException {
        return fields.has(field) ? ModelJson.location(fields.object(field)) : null;
    }
}
