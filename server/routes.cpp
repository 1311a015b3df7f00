#include <array>

#include "server/api_internal.h"
#include "server/parameters.h"

namespace simdb::server {
namespace {

using Names = std::span<const std::string_view>;
constexpr Access kOpen = Access::kNone;
constexpr Access kRead = Access::kRead;
constexpr Access kWrite = Access::kWrite;
constexpr BodyKind kNoBody = BodyKind::kNone;
constexpr BodyKind kJson = BodyKind::kJson;
constexpr BodyKind kImage = BodyKind::kImage;
constexpr BodyKind kLines = BodyKind::kLines;
constexpr Names kNoParameters;
constexpr std::array<std::string_view, 4> kPage = {"class", "where", "after", "limit"};
constexpr std::array<std::string_view, 4> kAdd = {"class", "key", "meta", "on-duplicate"};
constexpr std::array<std::string_view, 3> kValues = {"by", "class", "where"};
constexpr std::array<std::string_view, 1> kCount = {"k"};
constexpr std::array<std::string_view, 3> kFollow = {"since", "class", "where"};
constexpr std::array<std::string_view, 2> kIdPage = {"after", "limit"};
constexpr std::array<std::string_view, 1> kSince = {"since"};
constexpr std::array<std::string_view, 5> kDuplicates = {"class", "exact", "threshold", "after",
                                                         "limit"};
constexpr std::array<std::string_view, 2> kConfusion = {"k", "alpha"};
constexpr std::array<std::string_view, 1> kMap = {"dims"};
constexpr std::array<std::string_view, 4> kReview = {"class", "k", "after", "limit"};

constexpr std::array kRoutes = {
    Route{"GET", "/", kOpen, kNoBody, kNoParameters, handle_page, true},
    Route{"GET", "/app.js", kOpen, kNoBody, kNoParameters, handle_page_script, true},
    Route{"GET", "/map.js", kOpen, kNoBody, kNoParameters, handle_page_map_script, true},
    Route{"GET", "/app.css", kOpen, kNoBody, kNoParameters, handle_page_style, true},
    Route{"GET", "/icon.svg", kOpen, kNoBody, kNoParameters, handle_page_icon, true},
    Route{"GET", "/livez", kOpen, kNoBody, kNoParameters, handle_live, true},
    Route{"GET", "/healthz", kOpen, kNoBody, kNoParameters, handle_live, true},
    Route{"GET", "/readyz", kOpen, kNoBody, kNoParameters, handle_ready, true},
    Route{"GET", "/metrics", kRead, kNoBody, kNoParameters, handle_metrics},
    Route{"GET", "/v1/openapi.json", kOpen, kNoBody, kNoParameters, handle_openapi},
    Route{"POST", "/v1/session", kOpen, kJson, kNoParameters, handle_session},
    Route{"GET", "/v1/stats", kRead, kNoBody, kNoParameters, handle_stats},
    Route{"GET", "/v1/events", kRead, kNoBody, kSince, handle_events},
    Route{"GET", "/v1/changes", kRead, kNoBody, kFollow, handle_changes},
    Route{"GET", "/v1/classes", kRead, kNoBody, kValues, handle_classes},
    Route{"POST", "/v1/classes/rename", kWrite, kJson, kNoParameters, handle_rename_class},
    Route{"POST", "/v1/classes/delete", kWrite, kJson, kNoParameters, handle_delete_class},
    Route{"GET", "/v1/items", kRead, kNoBody, kPage, handle_items},
    Route{"POST", "/v1/items", kWrite, kImage, kAdd, handle_add},
    Route{"GET", "/v1/items/export", kRead, kNoBody, kPage, handle_export},
    Route{"POST", "/v1/items/import", kWrite, kLines, kNoParameters, handle_import},
    Route{"POST", "/v1/items/change", kWrite, kJson, kNoParameters, handle_change_items},
    Route{"POST", "/v1/items/move", kWrite, kJson, kNoParameters, handle_move_items},
    Route{"POST", "/v1/items/delete", kWrite, kJson, kNoParameters, handle_delete_items},
    Route{"GET", "/v1/items/{id}", kRead, kNoBody, kNoParameters, handle_item},
    Route{"PATCH", "/v1/items/{id}", kWrite, kJson, kNoParameters, handle_change_item},
    Route{"DELETE", "/v1/items/{id}", kWrite, kNoBody, kNoParameters, handle_delete_item},
    Route{"GET", "/v1/items/{id}/thumbnail", kRead, kNoBody, kNoParameters, handle_thumbnail},
    Route{"GET", "/v1/items/{id}/image", kRead, kNoBody, kNoParameters, handle_image},
    Route{"GET", "/v1/items/{id}/neighbors", kRead, kNoBody, kCount, handle_neighbors},
    Route{"POST", "/v1/query", kRead, kImage, kQueryParameters, handle_query},
    Route{"POST", "/v1/query/json", kRead, kJson, kNoParameters, handle_query_json, true},
    Route{"GET", "/v1/jobs", kRead, kNoBody, kNoParameters, handle_jobs},
    Route{"POST", "/v1/jobs", kWrite, kJson, kNoParameters, handle_start_job},
    Route{"GET", "/v1/jobs/{id}", kRead, kNoBody, kNoParameters, handle_job},
    Route{"DELETE", "/v1/jobs/{id}", kWrite, kNoBody, kNoParameters, handle_cancel_job},
    Route{"GET", "/v1/backup", kWrite, kNoBody, kNoParameters, handle_backup},
    Route{"GET", "/v1/unknowns", kRead, kNoBody, kIdPage, handle_unknowns},
    Route{"POST", "/v1/unknowns/delete", kWrite, kJson, kNoParameters, handle_delete_unknowns},
    Route{"GET", "/v1/unknowns/{id}/image", kRead, kNoBody, kNoParameters, handle_unknown_image},
    Route{"POST", "/v1/unknowns/{id}/name", kWrite, kJson, kNoParameters, handle_name_unknown},
    Route{"POST", "/v1/query/batch", kRead, kJson, kNoParameters, handle_query_batch},
    Route{"GET", "/v1/duplicates", kRead, kNoBody, kDuplicates, handle_duplicates},
    Route{"GET", "/v1/review", kRead, kNoBody, kReview, handle_review},
    Route{"POST", "/v1/review/keep", kWrite, kJson, kNoParameters, handle_keep},
    Route{"GET", "/v1/confusion", kRead, kNoBody, kConfusion, handle_confusion},
    Route{"GET", "/v1/map", kRead, kNoBody, kMap, handle_map},
    Route{"POST", "/v1/compare", kRead, kJson, kNoParameters, handle_compare},
    Route{"POST", "/v1/embeddings", kRead, kJson, kNoParameters, handle_embeddings},
};

}  // namespace

std::span<const Route> routes() { return kRoutes; }

}  // namespace simdb::server
