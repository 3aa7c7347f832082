package io.chunkserver.transport.protocol;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.TransactionState;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** The values of the domain that stand in more than one message, as JSON objects. */
final class ModelJson {

    private ModelJson() {}

    static ObjectNode chunkInfo(ChunkInfo info) {
        return Json.object()
                .put("chunk", info.id().toString())
                .put("version", info.version().number())
                .put("transaction", info.transaction().toString())
                .put("epoch", info.epoch())
                .put("lengthBytes", info.lengthBytes())
                .put("crc32c", Integer.toUnsignedLong(info.crc32c()))
                .put("storedBytes", info.storedBytes())
                .put("tombstone", info.tombstone());
    }

    static ChunkInfo chunkInfo(FieldReader fields) throws ChunkServerException {
        return new ChunkInfo(
                fields.value("chunk", ChunkId::parse),
                new ChunkVersion(fields.number("version")),
                fields.value("transaction", TransactionId::parse),
                fields.number("epoch"),
                fields.number("lengthBytes"),
                fields.crc32c("crc32c"),
                fields.number("storedBytes"),
                fields.flag("tombstone"));
    }

    static void attributes(ObjectNode target, Attributes attributes) {
        ObjectNode values = target.putObject("attributes");
        attributes.values().forEach(values::put);
    }

    static Attributes attributes(FieldReader fields) throws ChunkServerException {
        return new Attributes(fields.texts("attributes"));
    }

    static ObjectNode member(Member member) {
        ObjectNode json = Json.object().put("id", member.id().value()).put("address", member.address());
        location(json, member.location());
        return json;
    }

    static Member member(FieldReader fields) throws ChunkServerException {
        return new Member(fields.value("id", ServerId::new), fields.text("address"), location(fields));
    }

    static void location(ObjectNode target, Location location) {
        target.put("x", location.x()).put("y", location.y());
    }

    static Location location(FieldReader fields) throws ChunkServerException {
        return new Location(fields.real("x"), fields.real("y"));
    }

    static void members(ArrayNode target, Collection<Member> members) {
        members.forEach(member -> target.add(member(member)));
    }

    /** Texts out of values whose {@code toString} is their form on the wire. */
    static void texts(ArrayNode target, Collection<?> values) {
        values.forEach(value -> target.add(value.toString()));
    }

    static void versionIfAny(ObjectNode target, String field, @Nullable ChunkVersion version) {
        if (version != null) {
            target.put(field, version.number());
        }
    }

    static @Nullable ChunkVersion versionIfAny(FieldReader fields, String field) throws ChunkServerException {
        Long number = fields.numberOrNull(field);
        return number == null ? null : new ChunkVersion(number);
    }

    static void durabilityIfAny(ObjectNode target, @Nullable Durability durability) {
        if (durability != null) {
            target.put("durability", durability.word());
        }
    }

    static ObjectNode failure(Failure failure) {
        ObjectNode json =
                Json.object().put("code", failure.code().word()).put("message", Limits.cut(failure.message()));
        if (!failure.hint().isEmpty()) {
            json.put("hint", Limits.cut(failure.hint()));
        }
        failure.server().ifPresent(server -> json.put("server", server.value()));
        failure.transaction().ifPresent(transaction -> json.put("transaction", transaction.toString()));
        failure.availableBytes().ifPresent(bytes -> json.put("availableBytes", bytes));
        return json;
    }

    static Failure failure(FieldReader fields) throws ChunkServerException {
        return new Failure(
                fields.value("code", ErrorCode::parse),
                fields.text("message"),
                fields.text("hint", ""),
                fields.valueOrNull("server", ServerId::new),
                fields.valueOrNull("transaction", TransactionId::parse),
                fields.numberOrNull("availableBytes"));
    }

    static ObjectNode vote(Vote vote) {
        ObjectNode json = Json.object().put("server", vote.member().value());
        vote.why().ifPresent(why -> json.set("failure", failure(why)));
        return json;
    }

    static Vote vote(FieldReader fields) throws ChunkServerException {
        return new Vote(
                fields.value("server", ServerId::new),
                fields.has("failure") ? failure(fields.object("failure")) : null);
    }

    static ObjectNode receipt(Receipt receipt) {
        ObjectNode json = Json.object()
                .put("transaction", receipt.transaction().toString())
                .put("chunk", receipt.chunk().toString())
                .put("version", receipt.version().number())
                .put("lengthBytes", receipt.lengthBytes())
                .put("crc32c", Integer.toUnsignedLong(receipt.crc32c()))
                .put("durability", receipt.durability().word())
                .put("members", receipt.members());
        texts(json.putArray("applied"), receipt.applied());
        return json;
    }

    static Receipt receipt(FieldReader fields) throws ChunkServerException {
        return new Receipt(
                fields.value("transaction", TransactionId::parse),
                fields.value("chunk", ChunkId::parse),
                new ChunkVersion(fields.number("version")),
                fields.count("lengthBytes"),
                fields.crc32c("crc32c"),
                fields.value("durability", Durability::parse),
                fields.smallCount("members"),
                fields.values("applied", ServerId::new));
    }

    static ObjectNode transactionSummary(TransactionSummary summary) {
        ObjectNode json = Json.object()
                .put("transaction", summary.transaction().toString())
                .put("attempt", summary.attempt().toString())
                .put("chunk", summary.chunk().toString())
                .put("version", summary.version().number())
                .put("tombstone", summary.tombstone())
                .put("state", FieldReader.word(summary.state()));
        members(json.putArray("chain"), summary.chain());
        texts(json.putArray("waitingFor"), summary.waitingFor());
        return json.put("byHand", summary.byHand());
    }

    static TransactionSummary transactionSummary(FieldReader fields) throws ChunkServerException {
        return new TransactionSummary(
                fields.value("transaction", TransactionId::parse),
                fields.value("attempt", Attempt::parse),
                fields.value("chunk", ChunkId::parse),
                new ChunkVersion(fields.number("version")),
                fields.flag("tombstone"),
                fields.word("state", TransactionState.class),
                fields.objects("chain", ModelJson::member),
                fields.values("waitingFor", ServerId::new),
                fields.flag("byHand"));
    }
}
