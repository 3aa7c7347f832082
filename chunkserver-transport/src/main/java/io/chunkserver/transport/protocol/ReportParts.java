package io.chunkserver.transport.protocol;

import com.fasterxml.jackson.databind.node.TextNode;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.ChunkReport.Kind;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import java.util.ArrayList;
import java.util.List;

/** Cuts reports into parts that fit into a request. */
final class ReportParts {

    private ReportParts() {}

    static List<ChunkReport> of(ChunkReport report) {
        List<ChunkReport> parts = new ArrayList<>();
        List<ChunkInfo> present = report.present();
        while (!present.isEmpty()) {
            List<ChunkInfo> page =
                    HeaderBudget.fitting(present, ModelJson::chunkInfo, Messages.MAX_REQUEST_HEADER_BYTES);
            present = present.subList(page.size(), present.size());
            parts.add(new ChunkReport(report.server(), report.kind(), page, List.of(), report.number()));
        }
        List<ChunkId> absent = report.absent();
        while (!absent.isEmpty()) {
            List<ChunkId> page = HeaderBudget.fitting(
                    absent, chunk -> TextNode.valueOf(chunk.toString()), Messages.MAX_REQUEST_HEADER_BYTES);
            absent = absent.subList(page.size(), absent.size());
            parts.add(new ChunkReport(report.server(), report.kind(), List.of(), page, report.number()));
        }
        return parts.size() < 2 ? List.of(report) : renamed(parts, report.kind());
    }

    /** Only the first of the parts starts a full report, and only the last ends it. */
    private static List<ChunkReport> renamed(List<ChunkReport> parts, Kind kind) {
        int keeper = switch (kind) {
            case START -> 0;
            case END -> parts.size() - 1;
            case PART, CHANGES -> -1;
        };
        if (keeper < 0) {
            return parts;
        }
        List<ChunkReport> renamed = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            ChunkReport part = parts.get(i);
            renamed.add(new ChunkReport(
                    part.server(), i == keeper ? kind : Kind.PART, part.present(), part.absent(), part.number()));
        }
        return renamed;
    }
}
