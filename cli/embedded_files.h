#pragma once

#include <string_view>

// Text files of this folder that the build compiles in (simdb_embed in cmake/helpers.cmake).
namespace simdb::cli {

// completion/
extern const std::string_view kBashCompletion;  ///< simdb.bash
extern const std::string_view kZshCompletion;   ///< _simdb
extern const std::string_view kFishCompletion;  ///< simdb.fish

// report/, in the order in which page.html names them.
extern const std::string_view kReportHtml;        ///< page.html
extern const std::string_view kReportCss;         ///< page.css
extern const std::string_view kReportSharedJs;    ///< ../server/page/source/shared.js
extern const std::string_view kReportBaseJs;      ///< base.js
extern const std::string_view kReportScatterJs;   ///< scatter.js
extern const std::string_view kReportMatricesJs;  ///< matrices.js
extern const std::string_view kReportCurvesJs;    ///< curves.js
extern const std::string_view kReportPageJs;      ///< page.js
extern const std::string_view kPicturePageHtml;   ///< picture_page.html

// train/
extern const std::string_view kPreviewHtml;        ///< preview.html
extern const std::string_view kTrainReportHtml;    ///< train_report.html
extern const std::string_view kTrainReportJs;      ///< train_report.js
extern const std::string_view kDecoderReportHtml;  ///< decoder_report.html

}  // namespace simdb::cli
