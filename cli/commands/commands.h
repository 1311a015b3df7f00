#pragma once

#include <span>
#include <string>

#include "cli/console.h"

// One function a command, each in the file of its name; see cli/app.h for what they are given and
// return.
namespace simdb::cli {

int run_add(std::span<const std::string> args, Console& console);
int run_backup(std::span<const std::string> args, Console& console);
int run_calibrate(std::span<const std::string> args, Console& console);
int run_classes(std::span<const std::string> args, Console& console);
int run_compact(std::span<const std::string> args, Console& console);
int run_compare(std::span<const std::string> args, Console& console);
int run_complete(std::span<const std::string> args, Console& console);
int run_completion(std::span<const std::string> args, Console& console);
int run_copy(std::span<const std::string> args, Console& console);
int run_duplicates(std::span<const std::string> args, Console& console);
int run_embed(std::span<const std::string> args, Console& console);
int run_encoders(std::span<const std::string> args, Console& console);
int run_eval(std::span<const std::string> args, Console& console);
int run_export(std::span<const std::string> args, Console& console);
int run_image(std::span<const std::string> args, Console& console);
int run_import(std::span<const std::string> args, Console& console);
int run_init(std::span<const std::string> args, Console& console);
int run_ls(std::span<const std::string> args, Console& console);
int run_mv(std::span<const std::string> args, Console& console);
int run_query(std::span<const std::string> args, Console& console);
int run_recreate(std::span<const std::string> args, Console& console);
int run_reembed(std::span<const std::string> args, Console& console);
int run_reindex(std::span<const std::string> args, Console& console);
int run_restore(std::span<const std::string> args, Console& console);
int run_review(std::span<const std::string> args, Console& console);
int run_rm(std::span<const std::string> args, Console& console);
int run_sample_data(std::span<const std::string> args, Console& console);
int run_serve(std::span<const std::string> args, Console& console);
int run_set(std::span<const std::string> args, Console& console);
int run_stats(std::span<const std::string> args, Console& console);
int run_train(std::span<const std::string> args, Console& console);
int run_train_decoder(std::span<const std::string> args, Console& console);
int run_tune(std::span<const std::string> args, Console& console);
int run_verify(std::span<const std::string> args, Console& console);
int run_watch(std::span<const std::string> args, Console& console);
int run_why(std::span<const std::string> args, Console& console);

}  // namespace simdb::cli
