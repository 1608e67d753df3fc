export const id = 861;
export const ids = [861];
export const modules = {

/***/ 25861:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   planText: () => (/* binding */ planText)
/* harmony export */ });
/* harmony import */ var _base_table_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(72341);
/* harmony import */ var _inputs_parse_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(36354);


const COLUMNS = [
    {
        title: 'DATABASE'
    },
    {
        title: 'FAMILY'
    },
    {
        title: 'STORAGE',
        shrinks: true
    },
    {
        title: 'SECRET OF ITS URL'
    }
];
/** What a run would do, a line each database. */ function planText(legs, width) {
    const rows = legs.map((leg)=>[
            leg.database,
            leg.name,
            (0,_inputs_parse_js__WEBPACK_IMPORTED_MODULE_0__/* .splitList */ .r)(leg['storage'] ?? '').join(', '),
            leg['database-url-secret'] ?? '-'
        ]);
    return (0,_base_table_js__WEBPACK_IMPORTED_MODULE_1__/* .renderTable */ .b)(COLUMNS, rows, width);
}


/***/ })

};
